/*
 * JavaScript values to and from what travels: a type descriptor and bytes. See docs/values.md.
 */
export { decode } from "./decode.ts";
export { describe, Descriptor, type Description } from "./descriptor.ts";
export { encode, type Encoded } from "./encode.ts";
export { CodecError, DeserializationFault, SerializationFault } from "./faults.ts";
export * from "./foreign/index.ts";
export type { ComplexArray } from "./matlab.ts";
export { Simple, Tagged } from "./tagged.ts";
