import { open } from "node:fs/promises";
import { ArgumentError, LimitError, type Where } from "./errors.ts";
import { subject } from "./failure.ts";
import { bytesOf, type Pieces } from "./stream-source.ts";

/** A path, a file: URL, or a stream of bytes: a Node stream, a web stream, any async iterable of Uint8Array. */
export type FileSource = string | URL | NodeJS.ReadableStream | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Bytes to be stored: all of them, or a stream and how many it will give. */
export type FileInput = { readonly bytes: Uint8Array } | { readonly length: number; readonly pieces: Pieces };

const READ_BYTES = 131_072;

/**
 * Opens what is to be stored. Up to `inlineBytes` are read at once, as is a stream whose length nobody knows, up to
 * `maxBufferedBytes`. Throws what opening and reading throw, and a LimitError.
 */
export async function openInput(
  source: FileSource,
  length: number | undefined,
  inlineBytes: number,
  maxBufferedBytes: number,
  where: Where,
): Promise<FileInput> {
  const isPath = typeof source === "string" || source instanceof URL;
  const [pieces, known] = isPath ? await openFile(source, length) : [checkStream(source, where), length];
  if (known !== undefined && known > inlineBytes) {
    return { pieces, length: known };
  }
  const bytes = await readAll(pieces, known ?? maxBufferedBytes, known === undefined, where);
  if (known !== undefined && bytes.length < known) {
    const reason = `the stream has ${bytes.length} bytes, not the ${known} that were announced`;
    throw new ArgumentError("bad_arguments", `${subject(where)} failed: ${reason}`, { ...where, reason });
  }
  return { bytes };
}

async function openFile(path: string | URL, length: number | undefined): Promise<[Pieces, number | undefined]> {
  const file = await open(path);
  try {
    const status = await file.stat();
    // A pipe or a terminal says 0 and has more.
    const size = length ?? (status.isFile() ? status.size : undefined);
    const end = size === undefined ? {} : { end: Math.max(0, size - 1) };
    if (size === 0) {
      await file.close();
      return [none(), 0];
    }
    return [file.createReadStream({ highWaterMark: READ_BYTES, ...end }), size];
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* none(): AsyncIterableIterator<Uint8Array> {
  // No bytes.
}

function checkStream(source: unknown, where: Where): Pieces {
  if (typeof source === "object" && source !== null && Symbol.asyncIterator in source) {
    return source as Pieces;
  }
  const reason = "the source is no path, no stream and no async iterable";
  throw new ArgumentError("bad_arguments", `${subject(where)} failed: ${reason}`, { ...where, reason });
}

async function readAll(pieces: Pieces, most: number, isUnknown: boolean, where: Where): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let count = 0;
  for await (const piece of pieces) {
    const bytes = bytesOf(piece, where);
    count += bytes.length;
    if (count > most) {
      const reason = isUnknown
        ? `the stream has more than ${most} bytes: say how many with length, or raise maxBufferedBytes`
        : `the stream has more than the ${most} bytes that were announced`;
      throw new LimitError("value_too_large", `${subject(where)} failed: ${reason}`, { ...where, reason });
    }
    read.push(bytes);
  }
  return read.length === 1 ? read[0]! : Buffer.concat(read);
}
