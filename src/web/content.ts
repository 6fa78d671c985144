import { Readable } from "node:stream";
import { StoredBlob, type ValueView } from "../server/client-view.ts";

const CHUNK_BYTES = 262_144;

export interface Content {
  readonly length: number;
  readonly body: Buffer | Readable;
}

/** The bytes of a value: a copy, or read from its file as they are wanted. (The file stays until they are, though the value may go.) */
export function contentOf({ bytes, start, end, file }: ValueView): Content {
  if (file instanceof StoredBlob) {
    return { length: file.length, body: Readable.from(chunksOf(file)) };
  }
  return { length: end - start, body: Buffer.from(bytes.slice(start, end)) };
}

async function* chunksOf(blob: StoredBlob): AsyncGenerator<Uint8Array> {
  const reader = blob.openReader();
  try {
    while (reader.restBytes > 0) {
      yield await new Promise<Uint8Array>((resolve, reject) => {
        reader.next(CHUNK_BYTES, (error, bytes) => {
          if (bytes === undefined) {
            reject(error ?? new Error("the file could not be read"));
          } else {
            resolve(bytes);
          }
        });
      });
    }
  } finally {
    reader.close();
  }
}
