import { hash } from "node:crypto";

/** Of SHA-256. */
const BLOCK_BYTES = 64;
export const MAC_BYTES = 32;

/** Longer messages do not stay in memory. */
const KEPT_BYTES = 65_536;

/**
 * HMAC-SHA256 (RFC 2104) with one key. Of small messages, by two calls of `hash`, in two thirds of the time that `createHmac` takes, and
 * without an object of the engine's for each.
 */
export class Mac {
  /** The key's inner block, and room for what is hashed behind it. */
  #inner: Buffer;
  /** The key's outer block, and room for the inner hash. */
  readonly #outer: Buffer;

  /** `key`: at most 64 bytes. */
  constructor(key: Uint8Array) {
    this.#inner = Buffer.alloc(KEPT_BYTES);
    this.#outer = Buffer.alloc(BLOCK_BYTES + MAC_BYTES);
    this.#inner.fill(0x36, 0, BLOCK_BYTES);
    this.#outer.fill(0x5c, 0, BLOCK_BYTES);
    for (const [at, byte] of key.entries()) {
      this.#inner[at]! ^= byte;
      this.#outer[at]! ^= byte;
    }
  }

  /** Of the words, the bytes up to `gapStart`, and those from `gapEnd` on. */
  of(words: string, bytes: Uint8Array, gapStart: number, gapEnd: number): Buffer {
    const inner = this.#room(BLOCK_BYTES + 3 * words.length + bytes.length);
    let length = BLOCK_BYTES;
    length += inner.write(words, length, "utf8");
    inner.set(bytes.subarray(0, gapStart), length);
    length += gapStart;
    inner.set(bytes.subarray(gapEnd), length);
    length += bytes.length - gapEnd;
    this.#outer.write(hash("sha256", inner.subarray(0, length), "binary"), BLOCK_BYTES, "latin1");
    return hash("sha256", this.#outer, "buffer");
  }

  #room(length: number): Buffer {
    if (length <= this.#inner.length) {
      return this.#inner;
    }
    const larger = Buffer.allocUnsafeSlow(length);
    larger.set(this.#inner.subarray(0, BLOCK_BYTES));
    return larger;
  }
}
