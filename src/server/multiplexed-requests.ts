import { durabilities, PLAIN_STORE, type ReadOptions, type StoreOptions } from "../space/index.ts";
import type { FieldCursor } from "../wire/field-cursor.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import {
  CHUNKED,
  DurabilityNumber,
  MAX_INLINE_BYTES,
  OpenFlag,
  plainVerb,
  RankOf,
  ReadFlag,
  ReleaseKind,
  Verb,
  WITH_OPTIONS,
} from "../wire/verbs.ts";
import { notForReaders, type Principal } from "./access/principal.ts";
import type { MultiplexedSession } from "./multiplexed-session.ts";
import type { HandleSlot, Refusal, VariableSlot } from "./named-numbers.ts";
import { printable } from "./printable.ts";
import { isRankable, rank } from "./ranking.ts";
import { ITERATING_WISH, PLAIN_WISH } from "./read-wish.ts";
import {
  allOf,
  areFlagsRefused,
  readLimitOptions,
  readPeriod,
  readStoreWish,
  type StoreWish,
} from "./request-options.ts";
import { storeSeveral } from "./session-uploads.ts";
import type { UploadPurpose } from "./upload.ts";

/** Listings are made for who asks, and count as nobody's memory: so much of them may wait for one connection. */
const MOST_TEXT_BYTES = 33_554_432;

const PLAIN_WISH_TO_STORE: StoreWish = { how: PLAIN_STORE, timeoutMs: 0 };
const KNOWN_READ_FLAGS = allOf(ReadFlag);
const KNOWN_OPEN_FLAGS = allOf(OpenFlag);

/** Handles one frame; `fields` stands at its first field. A field that is not there is a ProtocolFault. */
type Handler = (session: MultiplexedSession, request: number, fields: FieldCursor, verb: number) => void;

/** Verb → handler. Verbs without one are answered *unknown_verb*. */
const handlers: readonly (Handler | undefined)[] = table({
  [Verb.hello]: () => {
    throw new ProtocolFault("a second hello");
  },

  [Verb.resume]: () => {
    throw new ProtocolFault("resume, in the middle of a session");
  },

  [Verb.regain]: () => {
    throw new ProtocolFault("regain, in the middle of a session");
  },

  [Verb.serial]: (session, _request, fields) => {
    session.once.label(fields.u64());
  },

  [Verb.received]: (session, _request, fields) => {
    session.connection.acknowledged(fields.u64());
  },

  [Verb.name]: (session, _request, fields) => {
    const variable = fields.u32();
    const handle = session.numbers.handle(fields.u32());
    const { maxNameBytes } = session.context.limits;
    const length = fields.end - fields.at;
    if (handle.refusal !== undefined) {
      session.numbers.setVariable(variable, handle);
    } else if (length > maxNameBytes) {
      session.numbers.setVariable(variable, { refusal: tooLong(length, maxNameBytes) });
    } else {
      session.numbers.setVariable(variable, { workspace: handle.workspace, name: fields.rest() });
    }
  },

  [Verb.open]: (session, request, fields) => {
    const handle = fields.u32();
    const flags = fields.u8();
    const name = fields.byteString();
    const { label } = session;
    if (
      areFlagsRefused(session, request, flags, KNOWN_OPEN_FLAGS) ||
      isNameRefused(session, request, name.length) ||
      isHandleRefused(session, request, handle) ||
      session.isOpeningRefused(request, name)
    ) {
      return;
    }
    const durabilityNumber = (flags & OpenFlag.durability) === 0 ? 0 : fields.u8();
    const durability = durabilities.find((each) => DurabilityNumber[each] === durabilityNumber);
    if ((flags & OpenFlag.durability) !== 0 && durability === undefined) {
      session.refuse(request, "bad_arguments", `there is no durability ${durabilityNumber}`);
      return;
    }
    const idleTimeoutMs = (flags & OpenFlag.idleTimeout) === 0 ? undefined : readPeriod(session, request, fields);
    if (idleTimeoutMs === "refused") {
      return;
    }
    session.numbers.setHandle(handle, name);
    // (Who may only look uses what is there.)
    const mayUse = session.principal.may("use");
    session.context.space.open(session.member, request, name, {
      own: mayUse && (flags & OpenFlag.own) !== 0,
      persistent: (flags & OpenFlag.persistent) !== 0,
      durability,
      idleTimeoutMs: mayUse ? idleTimeoutMs : undefined,
      create: mayUse && (flags & OpenFlag.create) !== 0,
      again: (flags & OpenFlag.again) !== 0,
      label,
    });
    session.countWorkspaces();
  },

  [Verb.leave]: onWorkspace((session, request, workspace) => {
    session.context.space.leave(session.member, request, workspace);
    session.countWorkspaces();
  }),

  [Verb.deleteWs]: onWorkspace((session, request, workspace) => {
    session.context.space.deleteWs(session.member, request, workspace);
  }),

  [Verb.listWss]: (session, request, fields) => {
    if (!isNameRefused(session, request, fields.end - fields.at) && !isTextRefused(session, request)) {
      const only = fields.at === fields.end ? undefined : fields.rest();
      session.context.space.listWss(session.member, request, only, true);
    }
  },

  [Verb.mktemp]: (session, request, fields) => {
    const handle = fields.u32();
    if (
      isNameRefused(session, request, fields.end - fields.at) ||
      isHandleRefused(session, request, handle) ||
      session.isOpeningRefused(request, undefined)
    ) {
      return;
    }
    session.madeName = "";
    const template = fields.rest();
    session.context.space.mktemp(session.member, request, template === "" ? undefined : template);
    if (session.madeName !== "") {
      session.numbers.setHandle(handle, session.madeName);
      session.countWorkspaces();
    }
    session.madeName = undefined;
  },

  [Verb.listVars]: onWorkspace((session, request, workspace) => {
    if (!isTextRefused(session, request)) {
      session.context.space.listVars(session.member, request, workspace, true);
      session.connection.tookLong();
    }
  }),

  [Verb.declare]: onVariable((session, request, workspace, name, fields) => {
    if (!isNameRefused(session, request, fields.end - fields.at)) {
      session.context.space.declare(session.member, request, workspace, name, fields.rest());
    }
  }),

  [Verb.declare | WITH_OPTIONS]: onVariable((session, request, workspace, name, fields) => {
    const limits = readLimitOptions(session, request, fields);
    if (limits !== "refused" && !isNameRefused(session, request, fields.end - fields.at)) {
      session.context.space.declare(session.member, request, workspace, name, fields.rest(), limits);
    }
  }),

  [Verb.deleteVar]: onVariable((session, request, workspace, name) => {
    session.context.space.deleteVar(session.member, request, workspace, name);
  }),

  [Verb.guard]: onVariable((session, request, workspace, name) => {
    session.context.space.guard(session.member, request, workspace, name);
  }),

  [Verb.store]: onVariable((session, request, workspace, name, fields) => {
    const descriptor = fields.u32();
    const { bytes, at, end } = fields;
    if (!isValueRefused(session, request, end - at)) {
      session.context.space.store(session.member, request, workspace, name, descriptor, bytes, at, end);
      session.stores(request, 0, 0);
    }
  }),

  [Verb.store | WITH_OPTIONS]: storing((session, request, workspace, name, fields, { how, timeoutMs }) => {
    const descriptor = fields.u32();
    const { bytes, at, end } = fields;
    if (!isValueRefused(session, request, end - at)) {
      session.context.space.store(session.member, request, workspace, name, descriptor, bytes, at, end, how);
      session.stores(request, timeoutMs, 0);
    }
  }),

  ...inChunks(Verb.store, (fields) => fields.u32()),

  [Verb.storeSeveral]: onVariable((session, request, workspace, name, fields) => {
    storeSeveralInFrame(session, request, workspace, name, fields, PLAIN_STORE, 0);
  }),

  [Verb.storeSeveral | WITH_OPTIONS]: storing((session, request, workspace, name, fields, { how, timeoutMs }) => {
    storeSeveralInFrame(session, request, workspace, name, fields, how, timeoutMs);
  }),

  ...inChunks(Verb.storeSeveral, () => 0),

  [Verb.fetch]: reads({ take: true, wait: true, iterate: false }),
  [Verb.fetchTry]: reads({ take: true, wait: false, iterate: false }),
  [Verb.find]: reads({ take: false, wait: true, iterate: false }),
  [Verb.findTry]: reads({ take: false, wait: false, iterate: false }),
  [Verb.ifetch]: reads({ take: true, wait: true, iterate: true }),
  [Verb.ifetchTry]: reads({ take: true, wait: false, iterate: true }),
  [Verb.ifind]: reads({ take: false, wait: true, iterate: true }),
  [Verb.ifindTry]: reads({ take: false, wait: false, iterate: true }),

  [Verb.confirm]: (session, _request, fields) => {
    session.context.space.confirm(session.member, fields.u64());
  },

  [Verb.ack]: (session, request, fields) => {
    const lease = fields.u64();
    session.context.space.ack(session.member, request, lease);
    session.leaseLimits.forgetIfOver(lease);
  },

  [Verb.extend]: (session, request, fields) => {
    const lease = fields.u64();
    const limitMs = fields.u32();
    if (session.context.space.extend(session.member, request, lease)) {
      session.leaseLimits.set(lease, limitMs);
    }
  },

  [Verb.release]: (session, request, fields) => {
    const kind = fields.u8();
    const number = fields.u64();
    if (kind !== ReleaseKind.booking && kind !== ReleaseKind.lease) {
      session.refuse(request, "bad_arguments", `there is no kind ${kind} of things to release`);
      return;
    }
    if (kind === ReleaseKind.lease) {
      session.context.space.release(session.member, request, "lease", number);
      session.leaseLimits.forgetIfOver(number);
    } else {
      session.context.space.release(session.member, request, "booking", number);
    }
  },

  [Verb.complete]: completing(PLAIN_WISH_TO_STORE),
  [Verb.complete | WITH_OPTIONS]: completing(undefined),
  [Verb.complete | CHUNKED]: completingInChunks(PLAIN_WISH_TO_STORE),
  [Verb.complete | CHUNKED | WITH_OPTIONS]: completingInChunks(undefined),

  [Verb.cancel]: (session, request) => {
    session.cancel(request);
  },

  [Verb.ping]: (session, request) => {
    session.done(request);
  },

  [Verb.chunk]: (session, request, { bytes, at, end }) => {
    session.uploads.chunk(request, bytes, at, end);
  },

  [Verb.credit]: (session, request, fields) => {
    session.answers.credit(request, fields.u32());
  },

  [Verb.goodbye]: (session, request) => {
    session.goodbye(request);
  },

  [Verb.info]: (session, request) => {
    session.text(request, session.context.info());
  },

  [Verb.rank]: (session, request, fields) => {
    const { context, principal } = session;
    const of = fields.u8();
    const by = fields.u8();
    const most = fields.u32();
    const workspace = fields.byteString();
    const query = { of, by, most, workspace, filter: fields.rest() };
    if (!isRankable(query)) {
      session.refuse(request, "bad_arguments", `there is no rank of ${of} by ${by}`);
    } else if (of === RankOf.clients && !principal.seesAll) {
      session.refuse(request, "not_permitted", `'${principal.name}' may not see who is connected`);
    } else if (!isTextRefused(session, request)) {
      session.text(request, rank(context.space, context.clients(), principal, query));
      session.connection.tookLong();
    }
  },

  [Verb.snapshot]: (session, request, fields) => {
    const names: string[] = [];
    while (fields.at < fields.end) {
      names.push(fields.byteString());
    }
    session.context.space.takeSnapshot(session.member, request, names);
  },

  [Verb.readSnapshot]: (session, request, fields) => {
    const variable = fields.u32();
    const index = fields.u64();
    if (!isTransferRefused(session, request) && !session.readSnapshot(request, variable, index)) {
      session.refuse(request, "bad_arguments", `this session has no snapshot with a variable ${variable}`);
    }
  },

  [Verb.endSession]: (session, request, fields) => {
    const id = fields.byteString();
    const secret = fields.byteString();
    const { sessions, keptSessions } = session.context;
    if (sessions.end(id, secret) || keptSessions?.end(id, secret) === true) {
      const { context, connection, principal } = session;
      context.audit.note({
        who: principal,
        from: connection.peer.name,
        act: "end session",
        on: { session: printable(id) },
      });
      session.done(request);
    } else {
      session.refuse(request, "not_permitted", `there is no session '${id}' with this secret`);
    }
  },
});

/** What changes something, or takes a value, or keeps the server busy for long: not for readers. */
const changingVerbs: ReadonlySet<number> = new Set<number>([
  Verb.deleteWs,
  Verb.mktemp,
  Verb.declare,
  Verb.deleteVar,
  Verb.store,
  Verb.storeSeveral,
  Verb.fetch,
  Verb.fetchTry,
  Verb.ifetch,
  Verb.ifetchTry,
  Verb.complete,
  Verb.guard,
  Verb.snapshot,
  Verb.readSnapshot,
]);

const readersHandlers = handlers.map((handle, verb): Handler | undefined =>
  changingVerbs.has(plainVerb(verb)) ? refuseReader : handle,
);

/** The handlers of a session's requests, by verb: a session of somebody who may only look has others, so that nobody has to be asked at each request. */
export function handlersFor(principal: Principal): readonly (Handler | undefined)[] {
  return principal.may("use") ? handlers : readersHandlers;
}

function refuseReader(session: MultiplexedSession, request: number): void {
  session.refuse(request, "not_permitted", notForReaders(session.principal));
}

function table(byVerb: Record<number, Handler>): readonly (Handler | undefined)[] {
  return Array.from({ length: 256 }, (_, verb) => byVerb[verb]);
}

function onWorkspace(handle: (session: MultiplexedSession, request: number, workspace: string) => void): Handler {
  return (session, request, fields) => {
    const slot = session.numbers.handle(fields.u32());
    if (!isRefused(session, request, slot)) {
      handle(session, request, slot.workspace);
    }
  };
}

function onVariable(
  handle: (session: MultiplexedSession, request: number, workspace: string, name: string, fields: FieldCursor) => void,
): Handler {
  return (session, request, fields) => {
    const slot = session.numbers.variable(fields.u32());
    if (!isRefused(session, request, slot)) {
      handle(session, request, slot.workspace, slot.name, fields);
    }
  };
}

/** Handles what stores, behind its options. */
type StoreHandler = (
  session: MultiplexedSession,
  request: number,
  workspace: string,
  name: string,
  fields: FieldCursor,
  wish: StoreWish,
) => void;

/** With options, which are read first. */
function storing(handle: StoreHandler): Handler {
  return onVariable((session, request, workspace, name, fields) => {
    const wish = readStoreWish(session, request, fields);
    if (wish !== "refused") {
      handle(session, request, workspace, name, fields, wish);
    }
  });
}

/** The two forms of a verb whose bytes come in chunks: without options, and with them. */
function inChunks(
  verb: typeof Verb.store | typeof Verb.storeSeveral,
  descriptorIn: (fields: FieldCursor) => number,
): Record<number, Handler> {
  const kind = verb === Verb.store ? "store" : "storeSeveral";
  const handle: StoreHandler = (session, request, workspace, name, fields, wish) => {
    const purpose: UploadPurpose = { kind, workspace, name, descriptor: descriptorIn(fields), lease: 0, ...wish };
    session.uploads.begin(request, fields.u64(), purpose);
  };
  return {
    [verb | CHUNKED]: onVariable((session, request, workspace, name, fields) =>
      handle(session, request, workspace, name, fields, PLAIN_WISH_TO_STORE),
    ),
    [verb | CHUNKED | WITH_OPTIONS]: storing(handle),
  };
}

function storeSeveralInFrame(
  session: MultiplexedSession,
  request: number,
  workspace: string,
  name: string,
  { bytes, at, end }: FieldCursor,
  how: StoreOptions,
  timeoutMs: number,
): void {
  if (!isValueRefused(session, request, end - at)) {
    storeSeveral(session, request, workspace, name, bytes, at, end, how);
    session.stores(request, timeoutMs, 0);
  }
}

/** `plain`: what the verb without options wishes. */
function completing(plain: StoreWish | undefined): Handler {
  return (session, request, fields) => {
    const lease = fields.u64();
    const slot = session.numbers.variable(fields.u32());
    const wish = plain ?? readStoreWish(session, request, fields);
    if (wish === "refused") {
      return;
    }
    const descriptor = fields.u32();
    const { bytes, at, end } = fields;
    if (!isRefused(session, request, slot) && !isValueRefused(session, request, end - at)) {
      const { workspace, name } = slot;
      const { how, timeoutMs } = wish;
      const { space } = session.context;
      space.complete(session.member, request, lease, workspace, name, descriptor, bytes, at, end, how);
      session.stores(request, timeoutMs, lease);
    }
  };
}

function completingInChunks(plain: StoreWish | undefined): Handler {
  return (session, request, fields) => {
    const lease = fields.u64();
    const slot = session.numbers.variable(fields.u32());
    const wish = plain ?? readStoreWish(session, request, fields);
    if (wish === "refused") {
      return;
    }
    const descriptor = fields.u32();
    const length = fields.u64();
    if (!isRefused(session, request, slot)) {
      const { workspace, name } = slot;
      session.uploads.begin(request, length, { kind: "complete", workspace, name, descriptor, lease, ...wish });
    }
  };
}

type ReadKind = Pick<ReadOptions, "take" | "wait" | "iterate">;

function reads(kind: ReadKind): Handler {
  // Most reads ask for nothing special: these share one object.
  const plain: ReadOptions = { ...kind, lease: false, most: 1, after: undefined };
  const usual = kind.iterate ? ITERATING_WISH : PLAIN_WISH;
  return onVariable((session, request, workspace, name, fields) => {
    const flags = fields.u8();
    const timeoutMs = (flags & ReadFlag.timeout) !== 0 ? fields.u32() : 0;
    if (isTransferRefused(session, request)) {
      return;
    }
    if (areFlagsRefused(session, request, flags, KNOWN_READ_FLAGS)) {
      return;
    }
    if ((flags & ~ReadFlag.timeout) === 0) {
      session.read(request, workspace, name, plain, usual, timeoutMs);
      return;
    }
    const most = (flags & ReadFlag.several) !== 0 ? fields.u32() : 1;
    const hasPosition = (flags & ReadFlag.position) !== 0;
    const after = hasPosition ? { variableId: fields.u64(), index: fields.u64() } : undefined;
    const lease = (flags & ReadFlag.lease) !== 0;
    const leaseLimitMs = (flags & ReadFlag.leaseLimit) !== 0 ? fields.u32() : 0;
    if (most === 0) {
      session.refuse(request, "bad_arguments", "no values wanted; ask for at least 1");
      return;
    }
    const metadata = (flags & ReadFlag.metadata) !== 0;
    const isLimited = lease && leaseLimitMs > 0;
    const wish = isLimited || metadata ? { ...usual, leaseLimitMs: isLimited ? leaseLimitMs : 0, metadata } : usual;
    session.read(request, workspace, name, { ...kind, lease, most, after }, wish, timeoutMs);
  });
}

/** Answers with the refusal, if the slot is one. */
function isRefused<Slot extends HandleSlot | VariableSlot>(
  session: MultiplexedSession,
  request: number,
  slot: Slot,
): slot is Extract<Slot, { readonly refusal: Refusal }> {
  if (slot.refusal === undefined) {
    return false;
  }
  session.refuse(request, slot.refusal.code, slot.refusal.message);
  return true;
}

function isHandleRefused(session: MultiplexedSession, request: number, handle: number): boolean {
  const refusal = session.numbers.refusalOf(handle);
  if (refusal !== undefined) {
    session.refuse(request, refusal.code, refusal.message);
  }
  return refusal !== undefined;
}

function isNameRefused(session: MultiplexedSession, request: number, length: number): boolean {
  const { maxNameBytes } = session.context.limits;
  if (length <= maxNameBytes) {
    return false;
  }
  const { code, message } = tooLong(length, maxNameBytes);
  session.refuse(request, code, message);
  return true;
}

function tooLong(length: number, most: number): Refusal {
  return { code: "name_too_long", message: `a name of ${length} bytes; at most ${most} are accepted` };
}

function isValueRefused(session: MultiplexedSession, request: number, length: number): boolean {
  const { maxValueBytes } = session.context.limits;
  if (length > maxValueBytes) {
    const message = `a value of ${length} bytes; at most ${maxValueBytes} are accepted`;
    session.refuse(request, "value_too_large", message);
    return true;
  }
  if (length > MAX_INLINE_BYTES) {
    const message = `${length} bytes in one frame; more than ${MAX_INLINE_BYTES} come in chunks`;
    session.refuse(request, "bad_arguments", message);
    return true;
  }
  return false;
}

/** With so much of listings that the client has not taken no more are made for it. */
function isTextRefused(session: MultiplexedSession, request: number): boolean {
  const { textBytes } = session.answers;
  if (textBytes <= MOST_TEXT_BYTES) {
    return isTransferRefused(session, request);
  }
  session.refuse(request, "too_many_waiting", `${textBytes} bytes of listings wait to be taken on this connection`);
  return true;
}

/** With so many large values under way nothing more is read: its answer might be another one. */
function isTransferRefused(session: MultiplexedSession, request: number): boolean {
  const { maxTransfers } = session.context.limits;
  if (session.answers.count < maxTransfers) {
    return false;
  }
  session.refuse(request, "too_many_waiting", `${maxTransfers} large values are under way on this connection already`);
  return true;
}
