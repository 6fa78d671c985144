import { ByteWriter } from "../wire/byte-writer.ts";
import { MAX_INLINE_BYTES, Verb } from "../wire/verbs.ts";
import type { Encoded } from "../codec/index.ts";
import type { Exchange } from "./exchange.ts";
import { rejection } from "./failure.ts";
import type { NumberedVariable } from "./names.ts";
import { Expect } from "./pending.ts";
import { BytesSource, type ChunkSource, inChunks } from "./uploads.ts";
import { encodeValue, writeShortValue } from "./values.ts";

/** A store, or a `complete`, which is a store that also acknowledges `lease`. */
type StoreVerb = typeof Verb.store | typeof Verb.complete;

/** Stores one value. The bytes of one over `MAX_INLINE_BYTES` are sent from where they lie. */
export function sendValue(
  exchange: Exchange,
  verb: StoreVerb,
  operation: string,
  variable: NumberedVariable,
  lease: number,
  value: unknown,
): Promise<void> {
  const promise = exchange.begin(operation, Expect.done, variable.handle, variable);
  const { request } = exchange.last;
  exchange.last.lease = lease;
  const { connection } = exchange;
  const { writer } = connection;
  const start = writer.length;
  beginStore(exchange, request, verb, variable, lease);
  if (writeShortValue(writer, value)) {
    writer.endFrame();
    connection.wake();
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
    return promise;
  }
  writer.length = start;
  beginStore(exchange, request, inChunks(verb), variable, lease);
  writer.u32(descriptor);
  writer.u64(bytes.length);
  writer.endFrame();
  exchange.uploads.start(exchange.last, variable, new BytesSource(bytes as Uint8Array<ArrayBuffer>), bytes.length);
  return promise;
}

/** Stores several values: all or none, one after the other. At least one. */
export function sendValues(
  exchange: Exchange,
  operation: string,
  variable: NumberedVariable,
  values: readonly unknown[],
): Promise<void> {
  const body = new ByteWriter(values.length * 32);
  try {
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
    writer.beginFrame(request, Verb.storeSeveral);
    writer.u32(variable.number);
    writer.copy(body.bytes, 0, body.length);
    writer.endFrame();
    connection.wake();
    return promise;
  }
  writer.beginFrame(request, inChunks(Verb.storeSeveral));
  writer.u32(variable.number);
  writer.u64(body.length);
  writer.endFrame();
  exchange.uploads.start(exchange.last, variable, new BytesSource(body.bytes.subarray(0, body.length)), body.length);
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
): Promise<void> {
  const promise = exchange.begin(operation, Expect.done, variable.handle, variable);
  const { writer } = exchange.connection;
  writer.beginFrame(exchange.last.request, inChunks(Verb.store));
  writer.u32(variable.number);
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
): void {
  const { writer } = exchange.connection;
  writer.beginFrame(request, verb);
  if (lease > 0) {
    writer.u64(lease);
  }
  writer.u32(variable.number);
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
