/** Fewer bytes than this are not worth a buffer that is used again. */
const LEAST_BYTES = 16_384;

/** More than this is the chunk of no socket: its buffer is left to the garbage collector. */
const MOST_BYTES = 524_288;

/** Buffers are multiples of this long, and so much longer than a value that nobody takes one for a value's own. */
const STEP_BYTES = 32_768;
const ROOM_BYTES = 4096;

/** Of each length so many are kept. */
const SPARE_BUFFERS = 8;

/** By their length. */
const spares = new Map<number, ArrayBufferLike[]>();

/**
 * A copy of received bytes that have to wait, one part behind the other, until `giveBack`. Buffers are used again: new ones for
 * every chunk of a client that sends as fast as it can are garbage to be collected many times a second, and everybody waits for that.
 * (A buffer is longer than what is copied into it: who keeps bytes copies them when they are a slice of a bigger buffer, and takes
 * a whole one for its own.)
 */
export function borrowCopy(...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const buffer = length < LEAST_BYTES ? new ArrayBuffer(length) : bufferFor(length);
  const copy = new Uint8Array(buffer, 0, length);
  let at = 0;
  for (const part of parts) {
    copy.set(part, at);
    at += part.length;
  }
  return copy;
}

/** Takes back what `borrowCopy` has made, or a part of it: nobody may look at any of it from now on. */
export function giveBack({ buffer }: Uint8Array): void {
  const spare = spares.get(buffer.byteLength);
  if (spare !== undefined && spare.length < SPARE_BUFFERS) {
    spare.push(buffer);
  }
}

function bufferFor(length: number): ArrayBufferLike {
  const size = Math.ceil((length + ROOM_BYTES) / STEP_BYTES) * STEP_BYTES;
  if (length > MOST_BYTES) {
    return new ArrayBuffer(size);
  }
  let spare = spares.get(size);
  if (spare === undefined) {
    spare = [];
    spares.set(size, spare);
  }
  return spare.pop() ?? new ArrayBuffer(size);
}
