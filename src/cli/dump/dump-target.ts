import { unlinkSync } from "node:fs";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { write } from "../output.ts";

/** Where a dump goes. */
export interface DumpTarget {
  write(bytes: Uint8Array): Promise<void>;
  /** All is written: it is safe under its name. */
  finish(): Promise<void>;
  /** It will not be complete: leaves nothing. */
  discard(): void;
}

/** A file, or standard output. A terminal is refused: it would show bytes. */
export async function openTarget(path: string | undefined): Promise<DumpTarget> {
  if (path === undefined || path === "-") {
    if (path === undefined && process.stdout.isTTY) {
      throw new CommandFailure(ExitCode.usage, "a dump is no text for a terminal: give --output FILE, or redirect it");
    }
    return { write, finish: () => Promise.resolve(), discard: () => undefined };
  }
  return FileTarget.open(path);
}

/** A file that appears under its name when it is complete and on the disk: the dump of yesterday stays until then. */
class FileTarget implements DumpTarget {
  readonly #file: FileHandle;
  readonly #path: string;
  /** Undefined for what is no regular file, as /dev/null: that is written directly. */
  readonly #part: string | undefined;

  private constructor(file: FileHandle, path: string, part: string | undefined) {
    this.#file = file;
    this.#path = path;
    this.#part = part;
  }

  static async open(path: string): Promise<FileTarget> {
    try {
      const there = await stat(path).catch(() => undefined);
      const part = there === undefined || there.isFile() ? `${path}.${process.pid}.part` : undefined;
      return new FileTarget(await open(part ?? path, part === undefined ? "w" : "wx", 0o600), path, part);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      // (`writeFile` on a handle goes on where it is, and does not stop half-way as `write` may.)
      await this.#file.writeFile(bytes);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  async finish(): Promise<void> {
    try {
      if (this.#part !== undefined) {
        await this.#file.sync();
      }
      await this.#file.close();
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
