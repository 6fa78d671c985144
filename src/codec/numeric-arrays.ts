/*
 * Arrays of numbers as bytes: the kinds of RFC 8746, shared with the arrays of MATLAB and Octave.
 */

/** Every kind of typed array but Float16Array and DataView. */
export type NumericArray =
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

type NumericArrayClass = new (buffer: ArrayBuffer) => NumericArray;

/** What the elements are. */
export interface ElementKind {
  readonly numbers: "unsigned" | "signed" | "float";
  readonly bytes: 1 | 2 | 4 | 8;
  readonly isLittleEndian: boolean;
}

const isLittleEndianMachine = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

// Not in every engine yet; half floats are exact in a Float32Array.
const Float16 = (globalThis as { Float16Array?: NumericArrayClass }).Float16Array;

const classes: Record<ElementKind["numbers"], Partial<Record<number, NumericArrayClass>>> = {
  unsigned: { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array },
  signed: { 1: Int8Array, 2: Int16Array, 4: Int32Array, 8: BigInt64Array },
  float: { 2: Float16, 4: Float32Array, 8: Float64Array },
};

// RFC 8746: 0b010_f_s_e_ll. f: float, s: signed, e: little-endian, ll: the size (of floats: from 2 bytes on).
const FIRST_TAG = 64;
const LAST_TAG = 87;
const CLAMPED_TAG = 68;
const LITTLE_ENDIAN = 4;

const tagsByName = new Map<string | undefined, number>([
  ["Uint8ClampedArray", CLAMPED_TAG],
  ["Int8Array", 72],
  ...(
    [
      ["Uint16Array", 65],
      ["Uint32Array", 66],
      ["BigUint64Array", 67],
      ["Int16Array", 73],
      ["Int32Array", 74],
      ["BigInt64Array", 75],
      ["Float16Array", 80],
      ["Float32Array", 81],
      ["Float64Array", 82],
    ] as const
  ).map(([name, tag]): [string, number] => [name, isLittleEndianMachine ? tag + LITTLE_ENDIAN : tag]),
]);

// eslint-disable-next-line @typescript-eslint/unbound-method -- the getter is called on other objects: it sees through subclasses and realms
const nameGetter = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!.get!;

/** `Float64Array` and so on, whatever subclass or realm it is of; undefined for what is no typed array. */
export function typedArrayName(value: unknown): string | undefined {
  return nameGetter.call(value) as string | undefined;
}

/** The tag that this machine writes for a kind of array, in its own byte order; undefined for `Uint8Array`. */
export function tagOfArray(name: string | undefined): number | undefined {
  return tagsByName.get(name);
}

/** Whether the tag is one of RFC 8746's that JavaScript can hold (128-bit floats it cannot). */
export function isArrayTag(tag: number): boolean {
  return tag >= FIRST_TAG && tag <= LAST_TAG && tag !== 76 && tag !== 83 && tag !== LAST_TAG;
}

/**
 * The array under an RFC 8746 tag. `bytes` must be a buffer of its own: the array takes it over.
 * Undefined if they are no whole number of elements.
 */
export function arrayFromTag(tag: number, bytes: Uint8Array<ArrayBuffer>): NumericArray | undefined {
  if (tag === CLAMPED_TAG) {
    return new Uint8ClampedArray(bytes.buffer);
  }
  const isFloat = (tag & 0x10) !== 0;
  return numericArray(
    {
      numbers: isFloat ? "float" : (tag & 0x08) !== 0 ? "signed" : "unsigned",
      bytes: (1 << ((tag & 3) + (isFloat ? 1 : 0))) as ElementKind["bytes"],
      isLittleEndian: (tag & LITTLE_ENDIAN) !== 0,
    },
    bytes,
  );
}

/** Like `arrayFromTag`; also undefined if there are no such elements (8-bit floats). */
export function numericArray(kind: ElementKind, bytes: Uint8Array<ArrayBuffer>): NumericArray | undefined {
  if (bytes.length % kind.bytes !== 0) {
    return undefined;
  }
  if (kind.bytes > 1 && kind.isLittleEndian !== isLittleEndianMachine) {
    reverseEach(bytes, kind.bytes);
  }
  const Class = classes[kind.numbers][kind.bytes];
  if (Class !== undefined) {
    return new Class(bytes.buffer);
  }
  return kind.bytes === 2 ? float32FromHalves(new Uint16Array(bytes.buffer)) : undefined;
}

/** The number in the 16 bits of a half float. */
export function fromHalf(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const magnitude =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : (fraction + 1024) * 2 ** (exponent - 25);
  return (bits & 0x8000) === 0 ? magnitude : -magnitude;
}

function float32FromHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, fromHalf);
}

function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) {
    bytes.subarray(at, at + size).reverse();
  }
}
