/**
 * A CBOR tag that has no JavaScript counterpart, and the value under it. Reading gives these for tags that the codec
 * does not interpret, so nothing of a foreign value is lost; storing one writes the tag again.
 */
export class Tagged {
  /** 0 to 2^64 − 1; a bigint above `Number.MAX_SAFE_INTEGER`. */
  readonly tag: number | bigint;
  readonly value: unknown;

  constructor(tag: number | bigint, value: unknown) {
    this.tag = tag;
    this.value = value;
  }
}

/** A CBOR simple value that has no JavaScript counterpart: 0–19 or 32–255. */
export class Simple {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}
