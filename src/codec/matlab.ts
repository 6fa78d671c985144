import { numericArray, type ElementKind, type NumericArray } from "./numeric-arrays.ts";

/** An array of complex numbers: `re[i] + im[i] * i`. */
export interface ComplexArray {
  readonly re: NumericArray;
  readonly im: NumericArray;
}

const BIG_ENDIAN = 1 << 2;
const COMPLEX = 1 << 3;
const numbersByKind = ["unsigned", "signed", "float"] as const;
const bytesBySize = [1, 2, 4, 8] as const;

/**
 * The numeric array of MATLAB or Octave whose element type is in bits 2–11 of the descriptor; undefined if the bytes are
 * no such array. The shape does not travel: the elements come column by column. A complex array is all
 * real parts followed by all imaginary parts, as MATLAB itself keeps them.
 */
export function readMatlabArray(descriptor: number, bytes: Uint8Array): NumericArray | ComplexArray | undefined {
  const numbers = numbersByKind[(descriptor >> 4) & 0xf];
  const size = bytesBySize[(descriptor >> 8) & 0xf];
  if (numbers === undefined || size === undefined) {
    return undefined;
  }
  const kind: ElementKind = { numbers, bytes: size, isLittleEndian: (descriptor & BIG_ENDIAN) === 0 };
  if ((descriptor & COMPLEX) === 0) {
    return numericArray(kind, new Uint8Array(bytes));
  }
  const half = bytes.length / 2;
  if (!Number.isInteger(half)) {
    return undefined;
  }
  const re = numericArray(kind, new Uint8Array(bytes.subarray(0, half)));
  const im = numericArray(kind, new Uint8Array(bytes.subarray(half)));
  return re === undefined || im === undefined ? undefined : { re, im };
}
