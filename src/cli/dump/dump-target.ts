import { close, fsync, openSync, statSync, unlinkSync, writeFile } from "node:fs";
import { rename } from "node:fs/promises";
import { promisify } from "node:util";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { write } from "../output.ts";

// (`writeFile` on a descriptor goes on where it is, and does not stop half-way as `write` may.)
const [writeOn, sync, end] = [promisify(writeFile), promisify(fsync), promisify(close)];

/** Where a dump goes. */
export interface DumpTarget {
  write(bytes: Uint8Array): Promise<void>;
  /** All is written: it is safe under its name. */
  finish(): Promise<void>;
  /** It will not be complete: leaves nothing. */
  discard(): void;
}

/**
 * A file, or standard output. A terminal is refused: it would show bytes. It is open when this returns: there is no moment in which it is there
 * and nobody can `discard` it.
 */
export function openTarget(path: string | undefined): DumpTarget {
  if (path === undefined || path === "-") {
    if (path === undefined && process.stdout.isTTY) {
      throw new CommandFailure(ExitCode.usage, "a dump is no text for a terminal: give --output FILE, or redirect it");
    }
    return { write, finish: () => Promise.resolve(), discard: () => undefined };
  }
  return new FileTarget(path);
}

/** A file that appears under its name when it is complete and on the disk: the dump of yesterday stays until then. */
class FileTarget implements DumpTarget {
  readonly #file: number;
  readonly #path: string;
  /** Undefined for what is no regular file, as /dev/null: that is written directly. */
  readonly #part: string | undefined;

  constructor(path: string) {
    this.#path = path;
    try {
      const there = statSync(path, { throwIfNoEntry: false });
      this.#part = there === undefined || there.isFile() ? `${path}.${process.pid}.part` : undefined;
      this.#file = openSync(this.#part ?? path, this.#part === undefined ? "w" : "wx", 0o600);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await writeOn(this.#file, bytes);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  async finish(): Promise<void> {
    try {
      if (this.#part !== undefined) {
        await sync(this.#file);
      }
      await end(this.#file);
      if (this.#part !== undefined) {
        await rename(this.#part, this.#path);
      }
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  discard(): void {
    if (this.#part !== undefined) {
      try {
        unlinkSync(this.#part);
      } catch {
        // It has its name already, or somebody else has removed it.
      }
    }
  }
}

function cannotWrite(path: string, error: unknown): CommandFailure {
  return new CommandFailure(ExitCode.failed, `cannot write ${path}: ${(error as Error).message}`, { cause: error });
}
