import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Standard input as text, without one newline at its end: `echo x` means x. */
export async function readTextInput(): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

/** Bytes whose number is known before the first is read, as the store of a large value wants it. */
export interface RawInput extends AsyncDisposable {
  /** The bytes, or the path of a file that holds them. */
  readonly source: AsyncIterable<Uint8Array> | string;
  readonly length: number;
}

/** This much is kept in memory; more goes through a temporary file. */
const MEMORY_BYTES = 8 * 2 ** 20;

/** All of `input`, byte for byte and of any length, with little of it in memory. */
export async function collectRaw(input: AsyncIterable<Uint8Array>, memoryBytes = MEMORY_BYTES): Promise<RawInput> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let spool: Spool | undefined;
  try {
    for await (const piece of input) {
      pieces.push(piece);
      length += piece.length;
      if (length > memoryBytes) {
        spool ??= await Spool.create();
        await spool.append(pieces.splice(0));
      }
    }
  } catch (error) {
    await spool?.remove();
    throw error;
  }
  await spool?.close();
  return { source: spool?.path ?? inMemory(pieces), length, [Symbol.asyncDispose]: async () => spool?.remove() };
}

/** A temporary file that only this user can read. */
class Spool {
  readonly path: string;
  readonly #folder: string;
  readonly #file: FileHandle;

  private constructor(folder: string, path: string, file: FileHandle) {
    this.#folder = folder;
    this.path = path;
    this.#file = file;
  }

  static async create(): Promise<Spool> {
    const folder = await mkdtemp(join(tmpdir(), "nws-store-"));
    const path = join(folder, "value");
    return new Spool(folder, path, await open(path, "wx", 0o600));
  }

  async append(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      // `writeFile` on a handle goes on where it is, and does not stop half-way as `write` may.
      await this.#file.writeFile(piece);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async remove(): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable is what the client takes
async function* inMemory(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces;
}
