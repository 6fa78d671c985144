/** The root of what the codec throws. */
export class CodecError extends Error {
  override readonly name: string = "CodecError";
}

/** A value that cannot be stored. `path` says which part of it, for example `value.list[3].callback`. */
export class SerializationFault extends CodecError {
  override readonly name: string = "SerializationFault";
  readonly code = "not_serializable";
  readonly path: string;

  /** `reason` is a sentence without the path; the message is both. */
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.path = path;
  }
}

/**
 * Bytes that cannot be turned into a JavaScript value: made by another language's own serializer, or damaged.
 * `language` is a name such as `Python`; `bytes` are a copy of the value's bytes, `descriptor` came with them.
 */
export class DeserializationFault extends CodecError {
  override readonly name: string = "DeserializationFault";
  readonly code = "not_deserializable";
  readonly language: string;
  readonly descriptor: number;
  readonly bytes: Uint8Array;

  constructor(
    message: string,
    about: { readonly language: string; readonly descriptor: number; readonly bytes: Uint8Array },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.language = about.language;
    this.descriptor = about.descriptor;
    this.bytes = about.bytes;
  }
}
