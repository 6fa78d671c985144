import { type Stats, unwatchFile, watchFile } from "node:fs";
import type { Logger } from "../logger.ts";
import { entryOf, readAccessFile } from "./access-file.ts";
import type { AccessList } from "./access-list.ts";

/** How often it is looked whether the file has changed, where nobody says that it has. */
const LOOK_MS = 2000;

/** Keeps a list as a file has it. */
export class WatchedList {
  readonly #path: string;
  readonly #list: AccessList;
  readonly #logger: Logger;
  readonly #changed: () => void;
  readonly #onChange = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) {
      void this.reload();
    }
  };

  /** `changed` is called after each change. */
  constructor(path: string, list: AccessList, logger: Logger, changed: () => void) {
    this.#path = path;
    this.#list = list;
    this.#logger = logger;
    this.#changed = changed;
  }

  /** Reads the file for the first time, and watches it from now on. Rejects when it cannot be used. */
  async start(): Promise<void> {
    this.#list.replace((await readAccessFile(this.#path)).map(entryOf));
    watchFile(this.#path, { interval: LOOK_MS, persistent: false }, this.#onChange);
  }

  /** Reads it again. If it cannot be used, the list stays as it was, and the log says why. */
  async reload(): Promise<void> {
    try {
      this.#list.replace((await readAccessFile(this.#path)).map(entryOf));
    } catch (error) {
      this.#logger.error({ err: error }, "the list of who may use this server stays as it was");
      return;
    }
    this.#logger.info({ path: this.#path }, "the list of who may use this server was read again");
    this.#changed();
  }

  stop(): void {
    unwatchFile(this.#path, this.#onChange);
  }
}
