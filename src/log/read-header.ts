import type { DiskFile } from "./disk.ts";
import { decodeHeader, type FileKind, HEADER_BYTES, type HeaderFound } from "./format.ts";

/** The header of a file, whose name says that it has this number. */
export async function readHeader(file: DiskFile, kind: FileKind, number: number): Promise<HeaderFound> {
  const bytes = new Uint8Array(HEADER_BYTES);
  return decodeHeader(kind, bytes.subarray(0, await file.read(bytes, 0)), number);
}
