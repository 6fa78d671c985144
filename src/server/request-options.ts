import { type LimitOptions, PLAIN_STORE, type StoreOptions, whenFullChoices } from "../space/index.ts";
import type { FieldCursor } from "../wire/field-cursor.ts";
import { DeclareFlag, MAX_COUNT, MAX_METADATA_BYTES, StoreFlag, WhenFullNumber } from "../wire/verbs.ts";
import type { MultiplexedSession } from "./multiplexed-session.ts";

// Flags, and what they announce. Each function reads on at the cursor; "refused": the request has had its answer.

/** What a store wants beside its value. */
export interface StoreWish {
  readonly how: StoreOptions;
  /** How long it may wait for room; 0: for ever. */
  readonly timeoutMs: number;
}

const KNOWN_STORE_FLAGS = allOf(StoreFlag);
const KNOWN_DECLARE_FLAGS = allOf(DeclareFlag);

export function readStoreWish(
  session: MultiplexedSession,
  request: number,
  fields: FieldCursor,
): StoreWish | "refused" {
  const flags = fields.u8();
  if (areFlagsRefused(session, request, flags, KNOWN_STORE_FLAGS)) {
    return "refused";
  }
  const timeoutMs = (flags & StoreFlag.timeout) === 0 ? 0 : fields.u32();
  const ttlMs = (flags & StoreFlag.ttl) === 0 ? undefined : readPeriod(session, request, fields);
  if (ttlMs === "refused") {
    return "refused";
  }
  const metadata = (flags & StoreFlag.metadata) === 0 ? undefined : fields.byteString();
  if (metadata !== undefined && metadata.length > MAX_METADATA_BYTES) {
    const message = `metadata of ${metadata.length} bytes; at most ${MAX_METADATA_BYTES} are accepted`;
    session.refuse(request, "bad_arguments", message);
    return "refused";
  }
  const isPlain = ttlMs === undefined && metadata === undefined;
  return { how: isPlain ? PLAIN_STORE : { ttlMs, wait: true, metadata }, timeoutMs };
}

export function readLimitOptions(
  session: MultiplexedSession,
  request: number,
  fields: FieldCursor,
): LimitOptions | "refused" {
  const flags = fields.u8();
  if (areFlagsRefused(session, request, flags, KNOWN_DECLARE_FLAGS)) {
    return "refused";
  }
  const limits: { -readonly [Name in keyof LimitOptions]: LimitOptions[Name] } = {};
  if ((flags & DeclareFlag.maxValues) !== 0) {
    limits.maxValues = orInfinity(fields.u64());
  }
  if ((flags & DeclareFlag.maxBytes) !== 0) {
    limits.maxBytes = orInfinity(fields.u64());
  }
  if ((flags & DeclareFlag.whenFull) !== 0) {
    const number = fields.u8();
    const whenFull = whenFullChoices.find((choice) => WhenFullNumber[choice] === number);
    if (whenFull === undefined) {
      session.refuse(request, "bad_arguments", `there is no ${number} of what to do when a variable is full`);
      return "refused";
    }
    limits.whenFull = whenFull;
  }
  if ((flags & DeclareFlag.ttl) !== 0) {
    const ttlMs = readPeriod(session, request, fields);
    if (ttlMs === "refused") {
      return "refused";
    }
    limits.ttlMs = ttlMs;
  }
  return limits;
}

/** Milliseconds; Infinity for 0. */
export function readPeriod(session: MultiplexedSession, request: number, fields: FieldCursor): number | "refused" {
  const ms = fields.u64();
  if (ms > MAX_COUNT) {
    session.refuse(request, "bad_arguments", `${ms} ms is longer than any time that this server keeps`);
    return "refused";
  }
  return orInfinity(ms);
}

export function allOf(flags: Readonly<Record<string, number>>): number {
  return Object.values(flags).reduce((all, flag) => all | flag, 0);
}

/** A client that asks for what came after this server must not believe that it has it. */
export function areFlagsRefused(session: MultiplexedSession, request: number, flags: number, known: number): boolean {
  const unknown = flags & ~known;
  if (unknown !== 0) {
    session.refuse(request, "bad_arguments", `flags ${unknown} of this verb are not known to this server`);
  }
  return unknown !== 0;
}

function orInfinity(limit: number): number {
  return limit === 0 ? Infinity : limit;
}
