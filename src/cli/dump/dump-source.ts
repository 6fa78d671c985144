import { createReadStream, fstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { collectRaw } from "../input.ts";

const STDIN = 0;
const READ_BYTES = 1_048_576;

/** A dump that can be read more than once: it is checked before anything is done with it. */
export interface DumpSource extends AsyncDisposable {
  read(): AsyncIterable<Uint8Array>;
}

/** A file, or with `-` standard input; what comes through a pipe goes into a temporary file first. */
export async function openDump(path: string): Promise<DumpSource> {
  if (path !== "-") {
    return fileSource(await openFile(path));
  }
  if (process.stdin.isTTY) {
    throw new CommandFailure(ExitCode.usage, "name a dump, or give one on standard input");
  }
  if (fstatSync(STDIN).isFile()) {
    return { read: () => readFrom(STDIN), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const input = await collectRaw(process.stdin);
  const { source } = input;
  if (typeof source !== "string") {
    const pieces: Uint8Array[] = [];
    for await (const piece of source) {
      pieces.push(piece);
    }
    return { read: () => inMemory(pieces), [Symbol.asyncDispose]: () => input[Symbol.asyncDispose]() };
  }
  const file = fileSource(await openFile(source));
  return {
    read: () => file.read(),
    [Symbol.asyncDispose]: async () => {
      await file[Symbol.asyncDispose]();
      await input[Symbol.asyncDispose]();
    },
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path);
    if (!(await file.stat()).isFile()) {
      await file.close();
      throw new Error("it is no file; use standard input for what comes through a pipe");
    }
    return file;
  } catch (error) {
    throw new CommandFailure(ExitCode.failed, `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function fileSource(file: FileHandle): DumpSource {
  return { read: () => readFrom(file.fd), [Symbol.asyncDispose]: () => file.close() };
}

function readFrom(fd: number): AsyncIterable<Uint8Array> {
  return createReadStream("", { fd, start: 0, autoClose: false, highWaterMark: READ_BYTES });
}

// eslint-disable-next-line @typescript-eslint/require-await -- like a stream
async function* inMemory(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces;
}
