import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { formatSecret, type WorkerSecret } from "./worker-secret.ts";

const USER_ONLY_FOLDER = 0o700;
const USER_ONLY_FILE = 0o600;

/** The key of a sleigh, and what else a worker is told in private, in a file that only the user may read, for workers that cannot get it on their standard input. */
export class KeyFile {
  readonly path: string;
  readonly #folder: string;
  readonly #secret: WorkerSecret;
  #isWritten = false;

  /** Writes nothing yet. Default folder: `.networkspaces/keys` in the home folder. */
  constructor(sleigh: string, secret: WorkerSecret, folder = join(homedir(), ".networkspaces", "keys")) {
    this.#folder = resolve(folder);
    this.#secret = secret;
    // Two servers may each have a sleigh of this name. (No random: a dry run and the launch shall name the same file.)
    this.path = join(this.#folder, `${sleigh.replaceAll(/[^\w.-]/g, "_")}-${process.pid}-${++count}.key`);
  }

  /** Writes it, once. An error of the file system when it cannot. */
  write(): void {
    if (this.#isWritten) {
      return;
    }
    mkdirSync(this.#folder, { recursive: true, mode: USER_ONLY_FOLDER });
    // One that is left over may be readable for others; `wx` also does not follow a link that somebody laid.
    rmSync(this.path, { force: true });
    const file = openSync(this.path, "wx", USER_ONLY_FILE);
    try {
      writeSync(file, formatSecret(this.#secret));
    } finally {
      closeSync(file);
    }
    chmodSync(this.path, USER_ONLY_FILE);
    this.#isWritten = true;
    process.on("exit", this.#onExit);
  }

  /** Nothing when it was never written. */
  remove(): void {
    if (this.#isWritten) {
      this.#isWritten = false;
      process.off("exit", this.#onExit);
      rmSync(this.path, { force: true });
    }
  }

  readonly #onExit = (): void => this.remove();
}

let count = 0;
