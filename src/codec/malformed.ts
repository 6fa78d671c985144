/** Bytes that are no well-formed or no valid CBOR, or more deeply nested than is read. `decode` makes a `DeserializationFault` of it. */
export class MalformedCbor extends Error {
  override readonly name: string = "MalformedCbor";
}
