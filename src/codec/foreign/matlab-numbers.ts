import { readMatlabArray } from "../matlab.ts";
import { type NumericArray, typedArrayName } from "../numeric-arrays.ts";
import { ForeignFault } from "./foreign-fault.ts";
import type { ForeignArray } from "./foreign-value.ts";

/** An array of numbers of MATLAB or Octave, in one dimension: its shape does not travel. */
export function readMatlabNumbers(descriptor: number, bytes: Uint8Array): ForeignArray {
  const array = readMatlabArray(descriptor, bytes);
  if (array === undefined) {
    const what = `an array with descriptor ${descriptor} cannot be ${bytes.length} bytes of numbers that are known here`;
    throw new ForeignFault("damaged", what, bytes.length);
  }
  const data = "re" in array ? array.re : array;
  const about = {
    kind: "array",
    type: "array",
    elements: classOf(data),
    shape: [data.length],
    order: "column",
  } as const;
  return "re" in array ? { ...about, data, imaginary: array.im } : { ...about, data };
}

/** What MATLAB calls the class of the elements. */
function classOf(data: NumericArray): string {
  const name = typedArrayName(data)!.replace("Array", "").replace("Big", "").toLowerCase();
  return name === "float64" ? "double" : name === "float32" ? "single" : name;
}
