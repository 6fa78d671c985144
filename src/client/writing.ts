import { ByteWriter } from "../wire/byte-writer.ts";
import { type StoreFields, writeStoreFields } from "../wire/client-frames.ts";
import { MAX_INLINE_BYTES, Verb, WITH_OPTIONS } from "../wire/verbs.ts";
import type { Encoded } from "../codec/index.ts";
import { checkPeriod, checkTimeout } from "./arguments.ts";
import type { Where } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { aborted, rejection } from "./failure.ts";
import type { StoreOptions } from "./limits.ts";
import type { NumberedVariable } from "./names.ts";
import { Expect } from "./pending.ts";
import { BytesSource, type ChunkSource, inChunks } from "./uploads.ts";
import { encodeValue, writeShortValue } from "./values.ts";

/** A store, or a `complete`, which is a store that also acknowledges `lease`. */
type StoreVerb = typeof Verb.store | typeof Verb.complete;

/** What a store says beside its values. */
export interface SendOptions extends StoreOptions {
  /** What goes with each value: a byte string of at most `MAX_METADATA_BYTES`. */
  readonly metadata?: string | undefined;
}

/** Stores one value. The bytes of one over `MAX_INLINE_BYTES` are sent from where they lie. */
export function sendValue(
  exchange: Exchange,
  verb: StoreVerb,
  operation: string,
  variable: NumberedVariable,
  lease: number,
  value: unknown,
  options?: SendOptions,
): Promise<void> {
  let fields: StoreFields | undefined;
  try {
    fields = options && fieldsOf(options, { operation, workspace: variable.handle.name, variable: variable.name });
  } catch (error) {
    return rejection(error);
  }
  const promise = exchange.begin(operation, Expect.done, variable.handle, variable);
  const { request } = exchange.last;
  exchange.last.lease = lease;
  const { connection } = exchange;
  const { writer } = connection;
  const start = writer.length;
  beginStore(exchange, request, verb, variable, lease, fields);
  if (writeShortValue(writer, value)) {
    writer.endFrame();
    connection.wake();
    mindOptions(exchange, fields, options);
    return promise;
  }
  let encoded: Encoded;
  try {
    encoded = encodeValue(value, { operation, workspace: variable.handle.name, variable: variable.name });
  } catch (error) {
    writer.length = start;
    exchange.takeBack();
    return rejection(error);
  }
  const { descriptor, bytes } = encoded;
  if (bytes.length <= MAX_INLINE_BYTES) {
    writer.u32(descriptor);
    writer.copy(bytes);
    writer.endFrame();
    connection.wake();
    mindOptions(exchange, fields, options);
    return promise;
  }
  writer.length = start;
  beginStore(exchange, request, inChunks(verb), variable, lease, fields);
  writer.u32(descriptor);
  writer.u64(bytes.length);
  writer.endFrame();
  exchange.uploads.start(exchange.last, variable, new BytesSource(bytes as Uint8Array<ArrayBuffer>), bytes.length);
  mindOptions(exchange, undefined, options);
  return promise;
}

/** Stores several values: all or none, one after the other. At least one. */
export function sendValues(
  exchange: Exchange,
  operation: string,
  variable: NumberedVariable,
  values: readonly unknown[],
  options?: SendOptions,
): Promise<void> {
  const body = new ByteWriter(values.length * 32);
  let fields: StoreFields | undefined;
  try {
    fields = options && fieldsOf(options, { operation, workspace: variable.handle.name, variable: variable.name });
    for (const value of values) {
      writeItem(body, value, () =>
        encodeValue(value, { operation, workspace: variable.handle.name, variable: variable.name }),
      );
    }
  } catch (error) {
    return rejection(error);
  }
  const promise = exchange.begin(operation, Expect.done, variable.handle, variable);
  const { request } = exchange.last;
  const { connection } = exchange;
  const { writer } = connection;
  if (body.length <= MAX_INLINE_BYTES) {
    beginStore(exchange, request, Verb.storeSeveral, variable, 0, fields);
    writer.copy(body.bytes, 0, body.length);
    writer.endFrame();
    connection.wake();
    mindOptions(exchange, fields, options);
    return promise;
  }
  beginStore(exchange, request, inChunks(Verb.storeSeveral), variable, 0, fields);
  writer.u64(body.length);
  writer.endFrame();
  exchange.uploads.start(exchange.last, variable, new BytesSource(body.bytes.subarray(0, body.length)), body.length);
  mindOptions(exchange, undefined, options);
  return promise;
}

/** Stores a value of `length` bytes (at least one) that `source` gives piece by piece. The request is in `exchange.last`. */
export function sendStream(
  exchange: Exchange,
  operation: string,
  variable: NumberedVariable,
  descriptor: number,
  length: number,
  source: ChunkSource,
  fields: StoreFields | undefined,
): Promise<void> {
  const promise = exchange.begin(operation, Expect.done, variable.handle, variable);
  const { writer } = exchange.connection;
  beginStore(exchange, exchange.last.request, inChunks(Verb.store), variable, 0, fields);
  writer.u32(descriptor);
  writer.u64(length);
  writer.endFrame();
  exchange.uploads.start(exchange.last, variable, source, length);
  return promise;
}

function beginStore(
  exchange: Exchange,
  request: number,
  verb: number,
  variable: NumberedVariable,
  lease: number,
  fields: StoreFields | undefined,
): void {
  const { writer } = exchange.connection;
  writer.beginFrame(request, fields === undefined ? verb : verb | WITH_OPTIONS);
  if (lease > 0) {
    writer.u64(lease);
  }
  writer.u32(variable.number);
  if (fields !== undefined) {
    writeStoreFields(writer, fields);
  }
}

/** What goes with the request; `undefined` when that is nothing. Throws an ArgumentError, and an AbortedError when the signal is aborted. */
export function fieldsOf({ timeout, ttl, signal, metadata }: SendOptions, where: Where): StoreFields | undefined {
  if (signal?.aborted) {
    throw aborted(signal, where);
  }
  const timeoutMs = checkTimeout(timeout, where);
  const ttlMs = checkPeriod("ttl", ttl, where);
  const isPlain = timeoutMs === 0 && ttlMs === undefined && metadata === undefined;
  return isPlain ? undefined : { timeoutMs, ttlMs, metadata };
}

/** Of the request that was begun last. `fields`: those whose timeout runs from now on. */
function mindOptions(exchange: Exchange, fields: StoreFields | undefined, options: StoreOptions | undefined): void {
  const { timeoutMs = 0 } = fields ?? {};
  if (timeoutMs > 0) {
    exchange.last.deadlineAt = exchange.now() + timeoutMs;
  }
  if (options?.signal !== undefined) {
    exchange.watchStore(exchange.last, options.signal);
  }
}

/** Descriptor, length and bytes of one of several values. */
function writeItem(body: ByteWriter, value: unknown, encode: () => Encoded): void {
  const start = body.length;
  // Written as descriptor and bytes first; then the length is put between them.
  body.u32(0);
  if (writeShortValue(body, value)) {
    const { bytes } = body;
    bytes.copyWithin(start, start + 4, start + 8);
    writeLength(bytes, start + 4, body.length - start - 8);
    return;
  }
  body.length = start;
  const { descriptor, bytes } = encode();
  body.u32(descriptor);
  body.u32(bytes.length);
  body.copy(bytes);
}

function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length >>> 24;
  bytes[at + 1] = length >>> 16;
  bytes[at + 2] = length >>> 8;
  bytes[at + 3] = length;
}
