import type { ByteWriter } from "./byte-writer.ts";
import {
  CHUNKED,
  DeclareFlag,
  OpenFlag,
  PROTOCOL_VERSION,
  ReadFlag,
  StoreFlag,
  Verb,
  WhenFullNumber,
  WITH_OPTIONS,
} from "./verbs.ts";

// The frames that a client sends, one function each. Names, labels and templates are byte strings.

/** The verbs whose only field is a number of 32 bits: of a workspace (handle) or of a variable. */
export type NumberedVerb =
  typeof Verb.leave | typeof Verb.deleteWs | typeof Verb.listVars | typeof Verb.deleteVar | typeof Verb.guard;

/** The verbs without fields. `cancel` names the request to cancel by the frame's own number. */
export type BareVerb = typeof Verb.cancel | typeof Verb.ping | typeof Verb.goodbye | typeof Verb.info;

export type ReadVerb =
  | typeof Verb.fetch
  | typeof Verb.fetchTry
  | typeof Verb.find
  | typeof Verb.findTry
  | typeof Verb.ifetch
  | typeof Verb.ifetchTry
  | typeof Verb.ifind
  | typeof Verb.ifindTry;

export interface ReadFields {
  /** The value stays on lease until it is acknowledged. */
  readonly lease?: boolean;
  /** How long to wait; 0 and none: for ever. */
  readonly timeoutMs?: number | undefined;
  /** Most values wanted; 1 and none: one. */
  readonly most?: number | undefined;
  /** The position of the value before. */
  readonly after?: { readonly variableId: number; readonly index: number } | undefined;
  /** How long a lease lasts; 0 and none: until it is ended. */
  readonly leaseLimitMs?: number | undefined;
}

/** Beside a value (or a body). */
export interface StoreFields {
  /** How long to wait for room; 0 and none: for ever. */
  readonly timeoutMs?: number | undefined;
  /** How long the values stay after they were stored; Infinity: for ever. None: as the variable says. */
  readonly ttlMs?: number | undefined;
  /** What goes with the values, for whoever reads them and asks for it: a byte string. */
  readonly metadata?: string | undefined;
}

/** Beside the mode. What is left out stays as it is; Infinity takes a limit away. */
export interface DeclareFields {
  readonly maxValues?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly whenFull?: keyof typeof WhenFullNumber | undefined;
  readonly ttlMs?: number | undefined;
}

/** Flags and fields of what stores: a whole number of milliseconds each. They stand behind the variable when the verb has `WITH_OPTIONS`. */
export function writeStoreFields(out: ByteWriter, { timeoutMs = 0, ttlMs, metadata }: StoreFields): void {
  out.u8(
    (timeoutMs > 0 ? StoreFlag.timeout : 0) |
      (ttlMs === undefined ? 0 : StoreFlag.ttl) |
      (metadata === undefined ? 0 : StoreFlag.metadata),
  );
  if (timeoutMs > 0) {
    out.u32(timeoutMs);
  }
  if (ttlMs !== undefined) {
    out.u64(orZero(ttlMs));
  }
  if (metadata !== undefined) {
    out.byteString(metadata);
  }
}

function writeDeclareFields(out: ByteWriter, { maxValues, maxBytes, whenFull, ttlMs }: DeclareFields): void {
  out.u8(
    (maxValues === undefined ? 0 : DeclareFlag.maxValues) |
      (maxBytes === undefined ? 0 : DeclareFlag.maxBytes) |
      (whenFull === undefined ? 0 : DeclareFlag.whenFull) |
      (ttlMs === undefined ? 0 : DeclareFlag.ttl),
  );
  if (maxValues !== undefined) {
    out.u64(orZero(maxValues));
  }
  if (maxBytes !== undefined) {
    out.u64(orZero(maxBytes));
  }
  if (whenFull !== undefined) {
    out.u8(WhenFullNumber[whenFull]);
  }
  if (ttlMs !== undefined) {
    out.u64(orZero(ttlMs));
  }
}

/** No limit is 0 on the wire. */
function orZero(limit: number): number {
  return limit === Infinity ? 0 : limit;
}

export function writeHello(out: ByteWriter, request: number, graceMs: number, label: string): void {
  out.beginFrame(request, Verb.hello);
  out.u8(PROTOCOL_VERSION);
  out.u32(graceMs);
  out.byteString(label);
  out.endFrame();
}

/** A message of SCRAM: `authenticate` has the client's first, `prove` its last. */
export function writeLogin(out: ByteWriter, verb: typeof Verb.authenticate | typeof Verb.prove, message: string): void {
  out.beginFrame(0, verb);
  out.latin1(message);
  out.endFrame();
}

/** `received`: bytes of the server's stream that have come in. */
export function writeResume(out: ByteWriter, request: number, id: string, secret: string, received: number): void {
  out.beginFrame(request, Verb.resume);
  out.byteString(id);
  out.byteString(secret);
  out.u64(received);
  out.endFrame();
}

/** What a client has when it goes on with another run of the server. */
export interface RegainFields {
  /** The highest number of a plain booking that it has received. */
  readonly lastBooking: number;
  /** Of these, the ones that it has given back, as far as it does not know that this was done. */
  readonly givenBack: readonly number[];
  /** The highest number of a lease that it has ever seen. */
  readonly lastLease: number;
  /** The leases that it holds: at most `MAX_REGAINED_LEASES`. */
  readonly leases: readonly number[];
}

export function writeRegain(out: ByteWriter, request: number, fields: RegainFields): void {
  const { lastBooking, givenBack, lastLease, leases } = fields;
  out.beginFrame(request, Verb.regain);
  out.u64(lastBooking);
  out.u32(givenBack.length);
  givenBack.forEach((booking) => out.u64(booking));
  out.u64(lastLease);
  leases.forEach((lease) => out.u64(lease));
  out.endFrame();
}

/** The request that comes next is this one of the session, counted from 1; see `Serials`. */
export function writeSerial(out: ByteWriter, serial: number): void {
  out.beginFrame(0, Verb.serial);
  out.u64(serial);
  out.endFrame();
}

export function writeName(out: ByteWriter, request: number, variable: number, handle: number, name: string): void {
  out.beginFrame(request, Verb.name);
  out.u32(variable);
  out.u32(handle);
  out.latin1(name);
  out.endFrame();
}

/**
 * `flags`: bits of `OpenFlag`. `durability`: one of `DurabilityNumber`, with the flag of that name; `idleTimeoutMs` likewise (Infinity: none).
 */
export function writeOpen(
  out: ByteWriter,
  request: number,
  handle: number,
  flags: number,
  name: string,
  durability = 0,
  idleTimeoutMs = Infinity,
): void {
  out.beginFrame(request, Verb.open);
  out.u32(handle);
  out.u8(flags);
  out.byteString(name);
  if ((flags & OpenFlag.durability) !== 0) {
    out.u8(durability);
  }
  if ((flags & OpenFlag.idleTimeout) !== 0) {
    out.u64(orZero(idleTimeoutMs));
  }
  out.endFrame();
}

export function writeNumbered(out: ByteWriter, request: number, verb: NumberedVerb, number: number): void {
  out.beginFrame(request, verb);
  out.u32(number);
  out.endFrame();
}

export function writeBare(out: ByteWriter, request: number, verb: BareVerb): void {
  out.beginFrame(request, verb);
  out.endFrame();
}

/** `only`: the one workspace wanted (default: all). */
export function writeListWss(out: ByteWriter, request: number, only = ""): void {
  out.beginFrame(request, Verb.listWss);
  out.latin1(only);
  out.endFrame();
}

export function writeMktemp(out: ByteWriter, request: number, handle: number, template: string): void {
  out.beginFrame(request, Verb.mktemp);
  out.u32(handle);
  out.latin1(template);
  out.endFrame();
}

export function writeDeclare(
  out: ByteWriter,
  request: number,
  variable: number,
  mode: string,
  limits?: DeclareFields,
): void {
  out.beginFrame(request, limits === undefined ? Verb.declare : Verb.declare | WITH_OPTIONS);
  out.u32(variable);
  if (limits !== undefined) {
    writeDeclareFields(out, limits);
  }
  out.latin1(mode);
  out.endFrame();
}

/** A `store` of at most `MAX_INLINE_BYTES`: the bytes `[start, end)`, which are copied. */
export function writeStore(
  out: ByteWriter,
  request: number,
  variable: number,
  descriptor: number,
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
  fields?: StoreFields,
): void {
  out.beginFrame(request, fields === undefined ? Verb.store : Verb.store | WITH_OPTIONS);
  out.u32(variable);
  if (fields !== undefined) {
    writeStoreFields(out, fields);
  }
  out.u32(descriptor);
  out.copy(bytes, start, end);
  out.endFrame();
}

/** The head of a `store` whose `length` bytes follow in chunks. */
export function writeChunkedStore(
  out: ByteWriter,
  request: number,
  variable: number,
  descriptor: number,
  length: number,
): void {
  out.beginFrame(request, Verb.store | CHUNKED);
  out.u32(variable);
  out.u32(descriptor);
  out.u64(length);
  out.endFrame();
}

/** One value of the body of `store several`. */
export function writeSeveralItem(out: ByteWriter, descriptor: number, bytes: Uint8Array): void {
  out.u32(descriptor);
  out.u32(bytes.length);
  out.copy(bytes, 0, bytes.length);
}

/** A `store several` whose body (at most `MAX_INLINE_BYTES`) was written by `writeSeveralItem`. */
export function writeStoreSeveral(out: ByteWriter, request: number, variable: number, body: Uint8Array): void {
  out.beginFrame(request, Verb.storeSeveral);
  out.u32(variable);
  out.copy(body, 0, body.length);
  out.endFrame();
}

/** The head of a `store several` whose body of `length` bytes follows in chunks. */
export function writeChunkedStoreSeveral(out: ByteWriter, request: number, variable: number, length: number): void {
  out.beginFrame(request, Verb.storeSeveral | CHUNKED);
  out.u32(variable);
  out.u64(length);
  out.endFrame();
}

/** A reading verb that asks for nothing special: the hot one. */
export function writePlainRead(out: ByteWriter, request: number, verb: ReadVerb, variable: number): void {
  out.beginFrame(request, verb);
  out.u32(variable);
  out.u8(0);
  out.endFrame();
}

export function writeRead(
  out: ByteWriter,
  request: number,
  verb: ReadVerb,
  variable: number,
  { lease = false, timeoutMs = 0, most = 1, after, leaseLimitMs = 0 }: ReadFields,
): void {
  out.beginFrame(request, verb);
  out.u32(variable);
  out.u8(
    (lease ? ReadFlag.lease : 0) |
      (timeoutMs > 0 ? ReadFlag.timeout : 0) |
      (most > 1 ? ReadFlag.several : 0) |
      (after === undefined ? 0 : ReadFlag.position) |
      (leaseLimitMs > 0 ? ReadFlag.leaseLimit : 0),
  );
  if (timeoutMs > 0) {
    out.u32(timeoutMs);
  }
  if (most > 1) {
    out.u32(most);
  }
  if (after !== undefined) {
    out.u64(after.variableId);
    out.u64(after.index);
  }
  if (leaseLimitMs > 0) {
    out.u32(leaseLimitMs);
  }
  out.endFrame();
}

export function writeConfirm(out: ByteWriter, request: number, booking: number): void {
  out.beginFrame(request, Verb.confirm);
  out.u64(booking);
  out.endFrame();
}

export function writeAck(out: ByteWriter, request: number, lease: number): void {
  out.beginFrame(request, Verb.ack);
  out.u64(lease);
  out.endFrame();
}

/** `limitMs`: how long the lease lasts from now on; 0: until it is ended. */
export function writeExtend(out: ByteWriter, request: number, lease: number, limitMs: number): void {
  out.beginFrame(request, Verb.extend);
  out.u64(lease);
  out.u32(limitMs);
  out.endFrame();
}

/** `kind`: one of `ReleaseKind`. */
export function writeRelease(out: ByteWriter, request: number, kind: number, number: number): void {
  out.beginFrame(request, Verb.release);
  out.u8(kind);
  out.u64(number);
  out.endFrame();
}

/** A `complete` with a value of at most `MAX_INLINE_BYTES`. */
export function writeComplete(
  out: ByteWriter,
  request: number,
  lease: number,
  variable: number,
  descriptor: number,
  bytes: Uint8Array,
): void {
  out.beginFrame(request, Verb.complete);
  out.u64(lease);
  out.u32(variable);
  out.u32(descriptor);
  out.copy(bytes, 0, bytes.length);
  out.endFrame();
}

/** The head of a `complete` whose value of `length` bytes follows in chunks. */
export function writeChunkedComplete(
  out: ByteWriter,
  request: number,
  lease: number,
  variable: number,
  descriptor: number,
  length: number,
): void {
  out.beginFrame(request, Verb.complete | CHUNKED);
  out.u64(lease);
  out.u32(variable);
  out.u32(descriptor);
  out.u64(length);
  out.endFrame();
}
