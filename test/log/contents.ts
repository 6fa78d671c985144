/** A disk keeps or loses as much at a time. */
export const SECTOR_BYTES = 512;

export interface Write {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A file's bytes: those that are safe, and what was written to it since. */
export class Contents {
  safe: Uint8Array;
  live: Uint8Array;
  unsafe: Write[] = [];

  constructor(bytes = new Uint8Array(0)) {
    this.safe = bytes;
    this.live = bytes.slice();
  }
}

export function put(bytes: Uint8Array, position: number, more: Uint8Array): Uint8Array {
  if (position + more.length <= bytes.length) {
    bytes.set(more, position);
    return bytes;
  }
  const grown = new Uint8Array(position + more.length);
  grown.set(bytes);
  grown.set(more, position);
  return grown;
}
