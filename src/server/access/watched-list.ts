import { type FSWatcher, unwatchFile, watch, watchFile } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Logger } from "../logger.ts";
import { entryOf, readAccessFile } from "./access-file.ts";
import type { AccessList } from "./access-list.ts";

/** How often it is looked whether the file has changed, where the system does not say so by itself; and how long one that is gone may take to come back. */
const LOOK_MS = 2000;

/** Keeps a list as a file has it. */
export class WatchedList {
  readonly #path: string;
  readonly #list: AccessList;
  readonly #logger: Logger;
  readonly #changed: () => void;
  #watcher: FSWatcher | undefined;
  /** Which file it was that was read last. */
  #version: string | undefined;
  /** What was begun last. All goes one after the other: what is read last is the newest. Never rejects. */
  #working: Promise<void> = Promise.resolve();
  #missing: NodeJS.Timeout | undefined;
  readonly #look = (): void => this.#lookFor(false);

  /** `changed` is called after each change. */
  constructor(path: string, list: AccessList, logger: Logger, changed: () => void) {
    this.#path = path;
    this.#list = list;
    this.#logger = logger;
    this.#changed = changed;
  }

  /** Reads the file for the first time, and watches it from now on. Rejects when it cannot be used. */
  async start(): Promise<void> {
    this.#watcher = this.#watchFolder();
    watchFile(this.#path, { interval: LOOK_MS, persistent: false }, this.#look);
    try {
      await this.#inTurn(() => this.#read());
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Reads it again. If it cannot be used, the list stays as it was, and the log says why. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#readAgain());
  }

  stop(): void {
    unwatchFile(this.#path, this.#look);
    this.#watcher?.close();
    clearTimeout(this.#missing);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => undefined);
    return done;
  }

  /** Reads the file if it is another one. `isGone`: it was not there some time ago, so that is not the moment in which it is replaced. */
  #lookFor(isGone: boolean): void {
    void this.#inTurn(async () => {
      const version = await versionOf(this.#path);
      if (version === this.#version) {
        return;
      }
      clearTimeout(this.#missing);
      if (version === undefined && !isGone) {
        this.#missing = setTimeout(() => this.#lookFor(true), LOOK_MS).unref();
      } else {
        await this.#readAgain();
      }
    });
  }

  async #read(): Promise<void> {
    // (First its version: if it changes meanwhile, it is read once more.)
    this.#version = await versionOf(this.#path);
    this.#list.replace((await readAccessFile(this.#path)).map(entryOf));
  }

  async #readAgain(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      this.#logger.error({ err: error }, "the list of who may use this server stays as it was");
      return;
    }
    this.#logger.info({ path: this.#path }, "the list of who may use this server was read again");
    this.#changed();
  }

  /** Whoever changes the list puts another file in the place of this one: so that is known as soon as it is read (the first time that takes a tenth of a second), and not only after `LOOK_MS`. */
  #watchFolder(): FSWatcher | undefined {
    const name = basename(this.#path);
    try {
      const watcher = watch(dirname(this.#path), { persistent: false }, (_event, changed) => {
        if (changed === name) {
          this.#look();
        }
      });
      watcher.on("error", () => watcher.close());
      return watcher;
    } catch {
      // There is no such folder, or the system watches no more of them.
      return undefined;
    }
  }
}

/** Undefined when there is no file. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}
