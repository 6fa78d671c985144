import type { ByteInput } from "../byte-input.ts";
import type { Reals, RInput } from "./r-input.ts";

/** R's NA is a NaN whose lower half is the year of birth of one of its authors. */
const NA_LOW = 1954;
const sizes = { integers: 4, reals: 8, bytes: 1 } as const;

/** The formats X (big-endian) and B (as the machine had it). */
export class BinaryInput implements RInput {
  readonly bytes: ByteInput;

  constructor(bytes: ByteInput) {
    this.bytes = bytes;
  }

  mustHave(kind: keyof typeof sizes, count: number): void {
    this.bytes.mustHave(count * sizes[kind]);
  }

  integer(): number {
    return this.bytes.i32();
  }

  integers(count: number): Int32Array {
    this.mustHave("integers", count);
    const data = new Int32Array(count);
    for (let at = 0; at < count; at++) {
      data[at] = this.bytes.i32();
    }
    return data;
  }

  reals(count: number): Reals {
    this.mustHave("reals", count);
    const data = new Float64Array(count);
    const missing: number[] = [];
    const lowAt = this.bytes.isLittleEndian ? 0 : 4;
    for (let at = 0; at < count; at++) {
      const start = this.bytes.at;
      const value = this.bytes.f64();
      data[at] = value;
      if (Number.isNaN(value) && this.#low(start + lowAt) === NA_LOW) {
        missing.push(at);
      }
    }
    return { data, missing: Uint32Array.from(missing) };
  }

  characters(count: number): Uint8Array {
    return this.bytes.view(count);
  }

  raw(count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.view(count));
  }

  #low(at: number): number {
    const { bytes, isLittleEndian } = this.bytes;
    return isLittleEndian
      ? bytes[at]! + bytes[at + 1]! * 256 + bytes[at + 2]! * 65_536
      : bytes[at + 3]! + bytes[at + 2]! * 256 + bytes[at + 1]! * 65_536;
  }
}
