import type { ByteWriter } from "./byte-writer.ts";
import { failureCodes, type FailureName } from "./failure-codes.ts";
import { PROTOCOL_VERSION, Reply, TEXT_DESCRIPTOR, ValueFlag, type Verb } from "./verbs.ts";

// The frames that a server sends, one function each; chunks and credit go both ways.

/** Most bytes of the sentence in `failed`: it may quote a name of any length. */
const MOST_MESSAGE_BYTES = 4096;

export function writeDone(out: ByteWriter, request: number): void {
  out.beginFrame(request, Reply.done);
  out.endFrame();
}

export function writeNone(out: ByteWriter, request: number): void {
  out.beginFrame(request, Reply.none);
  out.endFrame();
}

/** `message`: a byte string; the end of a very long one is left out. */
export function writeFailed(out: ByteWriter, request: number, code: FailureName, message: string): void {
  out.beginFrame(request, Reply.failed);
  out.u16(failureCodes[code].number);
  out.latin1(message.length > MOST_MESSAGE_BYTES ? message.slice(0, MOST_MESSAGE_BYTES) : message);
  out.endFrame();
}

/** A message of SCRAM: `challenge` answers the client's first, `authenticated` its last. */
export function writeLoginAnswer(
  out: ByteWriter,
  verb: typeof Reply.challenge | typeof Reply.authenticated,
  message: string,
): void {
  out.beginFrame(0, verb);
  out.latin1(message);
  out.endFrame();
}

export interface WelcomeFields {
  readonly graceMs: number;
  readonly maxValueBytes: number;
  /** Byte strings. */
  readonly sessionId: string;
  readonly secret: string;
  /** Bits of `WelcomeFlag`. */
  readonly flags: number;
}

export function writeWelcome(out: ByteWriter, request: number, fields: WelcomeFields): void {
  out.beginFrame(request, Reply.welcome);
  out.u8(PROTOCOL_VERSION);
  out.u32(fields.graceMs);
  out.u64(fields.maxValueBytes);
  out.byteString(fields.sessionId);
  out.byteString(fields.secret);
  out.u8(fields.flags);
  out.endFrame();
}

/** `received`: bytes of the client's stream that have come in. */
export function writeResumed(out: ByteWriter, request: number, received: number): void {
  out.beginFrame(request, Reply.resumed);
  out.u64(received);
  out.endFrame();
}

/** The session goes on, though the server is another run: both streams begin anew behind this and the client's `regain`. */
export function writeRestored(out: ByteWriter, request: number): void {
  out.beginFrame(request, Reply.restored);
  out.endFrame();
}

/** The session is over and the connection closes, for this reason. */
export function writeEnded(out: ByteWriter, code: FailureName, message: string): void {
  out.beginFrame(0, Reply.ended);
  out.u16(failureCodes[code].number);
  out.latin1(message);
  out.endFrame();
}

/**
 * Listings, names and `info`: a value that is plain text of no language. `text` is a byte string of at most
 * `MAX_INLINE_BYTES`; a longer one goes out like any long value, by `writeChunkedValue`.
 */
export function writeText(out: ByteWriter, request: number, text: string): void {
  out.beginFrame(request, Reply.value);
  out.u8(0);
  out.u32(TEXT_DESCRIPTOR);
  out.latin1(text);
  out.endFrame();
}

/**
 * Begins a `value` frame; `endFrame` ends it once its bytes (at most `MAX_INLINE_BYTES`) have been written. `booking` and
 * `lease`: 0 for none; `deliveries`: how often a leased value was given out. `withPosition`: the iterating verbs want it.
 */
export function beginValue(
  out: ByteWriter,
  request: number,
  descriptor: number,
  booking: number,
  lease: number,
  deliveries: number,
  withPosition: boolean,
  variableId: number,
  index: number,
  hasMore: boolean,
  metadata?: string,
): void {
  out.beginFrame(request, Reply.value);
  writeHead(out, hasMore ? ValueFlag.more : 0, booking, lease, deliveries, withPosition, variableId, index, metadata);
  out.u32(descriptor);
}

/** A whole `value` frame that announces `length` bytes in chunks. The other arguments are those of `beginValue`. */
export function writeChunkedValue(
  out: ByteWriter,
  request: number,
  descriptor: number,
  booking: number,
  lease: number,
  deliveries: number,
  withPosition: boolean,
  variableId: number,
  index: number,
  hasMore: boolean,
  length: number,
  metadata?: string,
): void {
  out.beginFrame(request, Reply.value);
  const flags = ValueFlag.chunked | (hasMore ? ValueFlag.more : 0);
  writeHead(out, flags, booking, lease, deliveries, withPosition, variableId, index, metadata);
  out.u64(length);
  out.u32(descriptor);
  out.endFrame();
}

/** Flags, and what they announce but for the length. */
function writeHead(
  out: ByteWriter,
  flags: number,
  booking: number,
  lease: number,
  deliveries: number,
  withPosition: boolean,
  variableId: number,
  index: number,
  metadata: string | undefined,
): void {
  out.u8(
    flags |
      (metadata === undefined ? 0 : ValueFlag.metadata) |
      (booking > 0 ? ValueFlag.booked : 0) |
      (lease > 0 ? ValueFlag.lease : 0) |
      (withPosition ? ValueFlag.position : 0),
  );
  if (booking > 0) {
    out.u64(booking);
  }
  if (lease > 0) {
    out.u64(lease);
    out.u32(deliveries);
  }
  if (withPosition) {
    out.u64(variableId);
    out.u64(index);
  }
  if (metadata !== undefined) {
    out.byteString(metadata);
  }
}

type ChunkVerb = typeof Verb.chunk | typeof Reply.chunk;
type CreditVerb = typeof Verb.credit | typeof Reply.credit;

/** A `chunk` of either side: the bytes `[start, end)`, which are copied. (Without a copy: `ByteWriter.frameHead`.) */
export function writeChunk(
  out: ByteWriter,
  request: number,
  verb: ChunkVerb,
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): void {
  out.beginFrame(request, verb);
  out.copy(bytes, start, end);
  out.endFrame();
}

/** A `credit` of either side. */
export function writeCredit(out: ByteWriter, request: number, verb: CreditVerb, bytes: number): void {
  out.beginFrame(request, verb);
  out.u32(bytes);
  out.endFrame();
}
