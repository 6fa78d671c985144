/** The door of the wire layer: bytes ↔ messages, of both protocols. Nothing here does input or output. */
export { ByteWriter } from "./byte-writer.ts";
export { byteStringOf, latin1, readU16, readU32, readU64, utf8OrLatin1 } from "./bytes.ts";
export { type ClassicPosition, classicPosition } from "./classic-position.ts";
export {
  type ByteRange,
  type ClassicEvent,
  ClassicReader,
  type ClassicReaderOptions,
  type ClassicRefusal,
  type ClassicRequest,
  type LargeData,
  type LargeEnd,
  type LargeStore,
} from "./classic-reader.ts";
export { ClassicWriter, type ReplyFormat } from "./classic-writer.ts";
export {
  type BareVerb,
  type DeclareFields,
  type NumberedVerb,
  type ReadFields,
  type ReadVerb,
  type RegainFields,
  type StoreFields,
  writeAck,
  writeBare,
  writeChunkedComplete,
  writeChunkedStore,
  writeChunkedStoreSeveral,
  writeComplete,
  writeConfirm,
  writeDeclare,
  writeExtend,
  writeHello,
  writeListWss,
  writeMktemp,
  writeName,
  writeNumbered,
  writeOpen,
  writePlainRead,
  writeRead,
  writeRegain,
  writeRelease,
  writeResume,
  writeSerial,
  writeSeveralItem,
  writeStore,
  writeStoreSeveral,
} from "./client-frames.ts";
export { type Dictionary, MAX_DICTIONARY_BYTES, MAX_DICTIONARY_PAIRS } from "./dictionary.ts";
export { failureCodes, failureName, type FailureName } from "./failure-codes.ts";
export { FieldCursor } from "./field-cursor.ts";
export { FirstFrame } from "./first-frame.ts";
export { FrameReader, type FrameSink } from "./frame-reader.ts";
export {
  ClientHandshake,
  type ClientHandshakeOutcome,
  type HandshakeStep,
  ServerHandshake,
  type ServerHandshakeOutcome,
} from "./handshake.ts";
export { KeptBytes } from "./kept-bytes.ts";
export { offeredOptions, Option } from "./options.ts";
export { ProtocolFault } from "./protocol-fault.ts";
export { ResumableStream } from "./resumable-stream.ts";
export { Serials } from "./serials.ts";
export {
  beginValue,
  type WelcomeFields,
  writeChunk,
  writeChunkedValue,
  writeCredit,
  writeDone,
  writeEnded,
  writeFailed,
  writeNone,
  writeRestored,
  writeResumed,
  writeText,
  writeWelcome,
} from "./server-frames.ts";
export {
  CHUNKED,
  DeclareFlag,
  DurabilityNumber,
  isAnswered,
  MAX_COUNT,
  MAX_FRAME_BYTES,
  MAX_INLINE_BYTES,
  MAX_NUMBERS,
  MAX_REGAINED_LEASES,
  OpenFlag,
  PROTOCOL_VERSION,
  ReadFlag,
  plainVerb,
  ReleaseKind,
  Reply,
  StoreFlag,
  TEXT_DESCRIPTOR,
  ValueFlag,
  Verb,
  WelcomeFlag,
  WhenFullNumber,
  WINDOW_BYTES,
  WITH_OPTIONS,
} from "./verbs.ts";
