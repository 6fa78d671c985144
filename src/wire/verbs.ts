/** The numbers of the multiplexed protocol, as docs/protocol.md lists them. A test compares the two. */

/**
 * What a client sends. Bit 7 (`CHUNKED`) is added to `store`, `storeSeveral` and `complete` whose bytes come in chunks; bit 6 (`WITH_OPTIONS`)
 * to these and to `declare` when flags and what they announce stand behind the variable.
 */
export const Verb = {
  hello: 1,
  name: 2,
  open: 3,
  leave: 4,
  deleteWs: 5,
  listWss: 6,
  mktemp: 7,
  listVars: 8,
  declare: 9,
  deleteVar: 10,
  store: 11,
  storeSeveral: 12,
  fetch: 16,
  fetchTry: 17,
  find: 18,
  findTry: 19,
  ifetch: 20,
  ifetchTry: 21,
  ifind: 22,
  ifindTry: 23,
  confirm: 24,
  ack: 25,
  release: 26,
  complete: 27,
  cancel: 28,
  ping: 29,
  chunk: 30,
  credit: 31,
  goodbye: 32,
  info: 33,
  endSession: 34,
  guard: 35,
  resume: 36,
  received: 37,
  extend: 38,
  regain: 39,
  serial: 40,
  snapshot: 41,
  readSnapshot: 42,
  authenticate: 43,
  prove: 44,
  rank: 45,
} as const;
export type Verb = (typeof Verb)[keyof typeof Verb];

/** Whether a frame with this verb is a request with a number of its own: the others are about another's, or have no answer. */
export function isAnswered(verb: number): boolean {
  return (
    verb !== Verb.confirm &&
    verb !== Verb.name &&
    verb !== Verb.cancel &&
    verb !== Verb.chunk &&
    verb !== Verb.credit &&
    verb !== Verb.received &&
    verb !== Verb.serial
  );
}

/** What a server sends. */
export const Reply = {
  done: 64,
  none: 65,
  value: 66,
  chunk: 67,
  failed: 68,
  welcome: 69,
  credit: 70,
  resumed: 71,
  received: 72,
  ended: 73,
  restored: 74,
  challenge: 75,
  authenticated: 76,
} as const;
export type Reply = (typeof Reply)[keyof typeof Reply];

/** Flags of the eight reading verbs. All but `lease` and `metadata` announce a field. */
export const ReadFlag = { lease: 1, timeout: 2, several: 4, position: 8, leaseLimit: 16, metadata: 32 } as const;

/** Flags of a `value` reply. All but `more` announce a field. */
export const ValueFlag = { booked: 1, lease: 2, position: 4, more: 8, chunked: 16, metadata: 32 } as const;

/** Flags of `open`. `durability` announces a field: one of `DurabilityNumber`; so does `idleTimeout`. */
export const OpenFlag = { own: 1, persistent: 2, create: 4, durability: 8, again: 16, idleTimeout: 32 } as const;

/** Flags of what stores, with `WITH_OPTIONS`. Each announces a field. */
export const StoreFlag = { timeout: 1, ttl: 2, metadata: 4 } as const;

/** Flags of `declare`, with `WITH_OPTIONS`. Each announces a field; `whenFull`: one of `WhenFullNumber`. */
export const DeclareFlag = { maxValues: 1, maxBytes: 2, whenFull: 4, ttl: 8 } as const;

/** What becomes of a store for which a variable has no room. */
export const WhenFullNumber = { block: 0, reject: 1, dropOldest: 2 } as const;

/** What `rank` puts in an order. */
export const RankOf = { workspaces: 1, variables: 2, clients: 3 } as const;

/** By what: names ascending, all else descending. */
export const RankBy = { name: 1, values: 2, bytes: 3, waiting: 4, operations: 5 } as const;

/** How safe the changes of a persistent workspace must be before anybody is told of them. */
export const DurabilityNumber = { fsync: 1, os: 2, memory: 3 } as const;

/** Flags of `welcome`. `keeps`: sessions that use persistent workspaces outlive the server, too. */
export const WelcomeFlag = { keeps: 1 } as const;

/** The highest serial, booking or lease that a client may speak of: far beyond what any can have, and far below what a log can hold. */
export const MAX_COUNT = 2 ** 48;

/** Most leases that `regain` may name. */
export const MAX_REGAINED_LEASES = 16_000;

/** What `release` gives back: the first byte of its fields. */
export const ReleaseKind = { booking: 0, lease: 1 } as const;

/** Bit 7 of a verb: the value (or body) of this request comes in chunks. */
export const CHUNKED = 0x80;

/** Bit 6 of a verb: see `StoreFlag` and `DeclareFlag`. */
export const WITH_OPTIONS = 0x40;

/** The verb without what its upper bits say. */
export function plainVerb(verb: number): number {
  return verb & ~(CHUNKED | WITH_OPTIONS);
}

/** Most bytes of metadata that go with a value. */
export const MAX_METADATA_BYTES = 1024;

/** The version this package speaks, in `hello` and `welcome`. */
export const PROTOCOL_VERSION = 1;

/** Most that the length of a frame may say (it counts request, verb and fields). */
export const MAX_FRAME_BYTES = 1_048_576;

/** Most bytes of a value in a frame of its own request, and of one chunk. */
export const MAX_INLINE_BYTES = 131_072;

/** Most bytes of chunks under way in one upload or answer before the receiver gives credit. */
export const WINDOW_BYTES = 1_048_576;

/** Most handles, and most variable numbers, that a session may have named. */
export const MAX_NUMBERS = 65_536;

/** Descriptor of text made by the server (listings, names): plain text, of no language. Both protocols. */
export const TEXT_DESCRIPTOR = 1;
