import { crc32 } from "node:zlib";

/**
 * The bytes of log and snapshot files; all numbers are big-endian.
 *
 *     file    = header (32 bytes), then blocks
 *     header  = "nws-log\n" or "nws-snp\n" (8) | format version (4) | number (8) | extra (8) | crc of the 28 bytes (4)
 *     block   = crc (4) | payload bytes (4) | first record (8) | records (4) | "NWS" (3) | flags (1) | synced (8) | payload,
 *               then zeros up to a multiple of 8
 *     payload = records, each: length as LEB128, bytes
 *
 * In a log file `number` is that of the segment, `extra` the bytes that the file was made with (the rest of it is zeros). In a
 * snapshot `number` is how many records of the log it stands for, `extra` the segment in which the next one is.
 * `first record` is how many records there were before the block: in all of the log, or in the snapshot. `synced` is how
 * many records of the log were certainly durable when the block was written: a bad block before that was not torn by a crash.
 * The crc (CRC-32 as in zlib: Node computes it natively since 20.15, and CRC-32C it does not) begins from a number made of the
 * file's number and the block's place: a block in another place or of another file is no block.
 * The first 12 bytes and the place of the header's crc stay the same in every format version.
 */
export const FORMAT_VERSION = 1;
export const HEADER_BYTES = 32;
export const BLOCK_HEAD_BYTES = 32;
const ALIGNMENT = 8;

/** The block ends the file: a snapshot without one is not whole. */
export const END_FLAG = 1;
/** A repair dropped the records between the block before and this one. */
export const GAP_FLAG = 2;
/** "NWS", before the flags. */
const BLOCK_MARK = 0x4e575300;

const magic = { log: "nws-log\n", snapshot: "nws-snp\n" } as const;
export type FileKind = keyof typeof magic;

export interface Header {
  readonly number: number;
  readonly extra: number;
}

export interface BlockHead {
  /** Bytes of the block's records. */
  readonly length: number;
  readonly first: number;
  readonly count: number;
  readonly flags: number;
  readonly synced: number;
}

export function encodeHeader(kind: FileKind, number: number, extra: number, version = FORMAT_VERSION): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 8; i++) {
    bytes[i] = magic[kind].charCodeAt(i);
  }
  view.setUint32(8, version);
  putU64(view, 12, number);
  putU64(view, 20, extra);
  view.setUint32(28, crc32(bytes.subarray(0, 28)));
  return bytes;
}

/** A file's header, the version of another format, or what is wrong with it. */
export type HeaderFound =
  | { readonly kind: "header"; readonly header: Header }
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "bad"; readonly reason: string };

export function decodeHeader(kind: FileKind, bytes: Uint8Array, number: number): HeaderFound {
  if (bytes.length < HEADER_BYTES) {
    return { kind: "bad", reason: "the file ends within its header" };
  }
  const view = viewOf(bytes);
  for (let i = 0; i < 8; i++) {
    if (bytes[i] !== magic[kind].charCodeAt(i)) {
      return { kind: "bad", reason: `it does not begin like a ${kind} file` };
    }
  }
  if (crc32(bytes.subarray(0, 28)) !== view.getUint32(28)) {
    return { kind: "bad", reason: "the checksum of its header is wrong" };
  }
  const version = view.getUint32(8);
  if (version !== FORMAT_VERSION) {
    return { kind: "version", version };
  }
  const found = getU64(view, 12);
  return found === number
    ? { kind: "header", header: { number, extra: getU64(view, 20) } }
    : { kind: "bad", reason: `it says that its number is ${found}` };
}

/** Fills the head of a block whose records lie at `at + BLOCK_HEAD_BYTES` already. `place` is the block's in the file. */
export function sealBlock(bytes: Uint8Array, at: number, head: BlockHead, number: number, place: number): void {
  const view = viewOf(bytes);
  view.setUint32(at + 4, head.length);
  putU64(view, at + 8, head.first);
  view.setUint32(at + 16, head.count);
  view.setUint32(at + 20, BLOCK_MARK | head.flags);
  putU64(view, at + 24, head.synced);
  view.setUint32(at, crcOf(bytes, at, head.length, number, place));
}

/** Whether `at` looks like the beginning of a block. */
export function isMarked(view: DataView, at: number): boolean {
  return (view.getUint32(at + 20) & 0xffffff00) >>> 0 === BLOCK_MARK;
}

/** The head at `at`, taken as it is. */
export function readBlockHead(view: DataView, at: number): BlockHead {
  return {
    length: view.getUint32(at + 4),
    first: getU64(view, at + 8),
    count: view.getUint32(at + 16),
    flags: view.getUint8(at + 23),
    synced: getU64(view, at + 24),
  };
}

/** Whether all of a block is as it was written, in this place of this file. */
export function isSound(bytes: Uint8Array, at: number, length: number, number: number, place: number): boolean {
  const view = viewOf(bytes);
  return isMarked(view, at) && view.getUint32(at) === crcOf(bytes, at, length, number, place);
}

/** Bytes that a block with so many bytes of records takes in its file. */
export function blockBytes(length: number): number {
  return Math.ceil((BLOCK_HEAD_BYTES + length) / ALIGNMENT) * ALIGNMENT;
}

/** Where the next block may begin, at or after `place`. */
export function aligned(place: number): number {
  return Math.ceil(place / ALIGNMENT) * ALIGNMENT;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function crcOf(bytes: Uint8Array, at: number, length: number, number: number, place: number): number {
  const seed = (Math.imul(number, 0x9e3779b1) + place) >>> 0;
  return crc32(bytes.subarray(at + 4, at + BLOCK_HEAD_BYTES + length), seed);
}

function putU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value % 2 ** 32);
}

function getU64(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}
