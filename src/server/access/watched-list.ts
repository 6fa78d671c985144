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
  /** A look that has not begun yet: it serves all who want one. */
  #next: Promise<void> | undefined;
  readonly #look = (): void => void this.#lookSoon();

  /** `changed` is called after each change. */
  constructor(path: string, list: AccessList, logger: Logger, changed: () => void) {
    this.#path = path;
    this.#list = list;
    this.#logger = logger;
    this.#changed = changed;
  }

  /** Reads the file for the first time, and watches it from now on; the list may ask for a look, too. Rejects when it cannot be used. */
  async start(): Promise<void> {
    this.#watcher = this.#watchFolder();
    watchFile(this.#path, { interval: LOOK_MS, persistent: false }, this.#look);
    try {
      await this.#inTurn(() => this.#read());
    } catch (error) {
      this.stop();
      throw error;
    }
    this.#list.refresh = () => this.#lookSoon();
  }

  /** Reads it again. If it cannot be used, the list stays as it was, and the log says why. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#readAgain());
  }

  stop(): void {
    unwatchFile(this.#path, this.#look);
    this.#watcher?.close();
    this.#list.refresh = undefined;
    clearTimeout(this.#missing);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => undefined);
    return done;
  }

  /** Reads the file if it is another one by now. Never rejects. */
  #lookSoon(): Promise<void> {
    return (this.#next ??= this.#inTurn(() => {
      this.#next = undefined;
      return this.#readIfChanged(false);
    }));
  }

  /** `isGone`: it was not there some time ago, so that is not the moment in which it is replaced. Never rejects. */
  async #readIfChanged(isGone: boolean): Promise<void> {
    const version = await versionOf(this.#path);
    if (version === undefined && this.#version !== undefined && !isGone) {
      this.#missing ??= setTimeout(() => void this.#inTurn(() => this.#readIfChanged(true)), LOOK_MS).unref();
      return;
    }
    clearTimeout(this.#missing);
    this.#missing = undefined;
    if (version === this.#version) {
      return;
    }
    try {
      await this.#readAgain();
    } catch (error) {
      this.#logger.error({ err: error }, "a change of who may use this server could not be carried out");
    }
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

  /** Whoever changes the list puts another file in the place of this one: so that is known as soon as it is read, and not only after `LOOK_MS`. */
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
