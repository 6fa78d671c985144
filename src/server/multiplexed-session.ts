import type {
  Durability,
  FailureCode,
  Possessions,
  ReadOptions,
  Receiver,
  Session,
  ValueView,
} from "../space/index.ts";
import type { FailureName } from "../wire/failure-codes.ts";
import { FieldCursor } from "../wire/field-cursor.ts";
import { FrameReader, type FrameSink } from "../wire/frame-reader.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import * as frames from "../wire/server-frames.ts";
import { isAnswered, plainVerb, Verb } from "../wire/verbs.ts";
import type { Principal } from "./access/principal.ts";
import { ArrivingBytes } from "./arriving-room.ts";
import { ChunkedAnswers } from "./chunked-answers.ts";
import type { ClientView } from "./client-view.ts";
import { type Connection, HIGH_WATER_BYTES } from "./connection.ts";
import type { Conversation } from "./conversation.ts";
import type { Deadline, DeadlineTarget } from "./deadlines.ts";
import { HeldFrames, type KeptFrame } from "./held-frames.ts";
import type { SurvivingMember } from "./journal/open-journal.ts";
import { LeaseLimits } from "./lease-limits.ts";
import { MEMBER_OPTIONS } from "./member-options.ts";
import { handlersFor } from "./multiplexed-requests.ts";
import { NamedNumbers } from "./named-numbers.ts";
import { namesIn } from "./names-in-request.ts";
import { OnceOnly } from "./once-only.ts";
import { printable } from "./printable.ts";
import { ITERATING_WISH, PLAIN_WISH, type ReadWish } from "./read-wish.ts";
import { Portion, type Quota } from "./quota.ts";
import type { ServerContext } from "./server-context.ts";
import type { Credentials } from "./session-registry.ts";
import { SessionUploads } from "./session-uploads.ts";
import { NO_VERB, Outcome } from "./tally.ts";
import { sayText, sayValue } from "./value-replies.ts";

/**
 * When so much is to be said and requests are left in what was received, the first half leaves at once, so that the client
 * works on it while the rest is being handled. Otherwise the two sleep in turn, and to wake up costs as much as the work.
 */
const EARLY_BYTES = 2560;

const verbNames = new Map<number, string>(Object.entries(Verb).map(([name, verb]) => [verb, name]));

/** No request is being handled. */
const NONE = -1;

/** A request that waits. */
interface Wait {
  readonly wish: ReadWish;
  readonly deadline: Deadline | undefined;
  /** Of a store: its serial among the session's requests, and the lease that it ends; else 0. */
  readonly serial: number;
  readonly lease: number;
  /** Of the request, without its upper bits, and when it began to wait. */
  readonly verb: number;
  readonly since: number;
}

/** What a session begins with, or goes on with after a restart of the server. */
export interface SessionStart {
  readonly principal: Principal;
  /** In the registry of sessions. */
  readonly credentials: Credentials;
  /** What the client calls itself, for listings. */
  readonly label: string;
  readonly graceMs: number;
  /** Default: one of its own. */
  readonly quota?: Quota;
  /** Of an earlier run. */
  readonly regained?: SurvivingMember & { readonly possessions: Possessions };
}

/**
 * A session of the multiplexed protocol, from its greeting on. Its one connection may survive several sockets. A request is in one of these places until it has its answer: *current*
 * (being handled, which for most is all), waiting in the space, an upload, put aside (behind an upload or because the
 * client does not take its answers), or an answer in chunks.
 */
export class MultiplexedSession implements Conversation, FrameSink, Receiver, DeadlineTarget {
  readonly context: ServerContext;
  readonly connection: Connection;
  /** This session, as the space knows it. */
  readonly member: Session;
  readonly cursor = new FieldCursor();
  readonly numbers: NamedNumbers;
  readonly uploads: SessionUploads;
  readonly answers: ChunkedAnswers;
  readonly once: OnceOnly;
  readonly leaseLimits: LeaseLimits;
  readonly principal: Principal;
  /** What the client calls itself, for listings. */
  readonly label: string;
  /** While a `mktemp` is handled: the name that it has made, if it has. */
  madeName: string | undefined;
  /** Requests so far, and the verb of the last one. */
  #operations = 0;
  #lastVerb = 0;

  readonly #handlers: ReturnType<typeof handlersFor>;
  readonly #reader: FrameReader;
  /** What has arrived of a frame that is not complete. */
  readonly #arriving: ArrivingBytes;
  readonly #waits = new Map<number, Wait>();
  readonly #held: HeldFrames;
  #isOver = false;
  readonly #credentials: Credentials;
  readonly #graceMs: number;
  readonly #quota: Quota;
  readonly #waitingPortion: Portion;
  readonly #workspacesPortion: Portion;
  /** The request that is handled must not wait. */
  #mayNotWait = false;
  #current = NONE;
  #currentVerb = NO_VERB;
  #currentWish = PLAIN_WISH;
  #isShuttingDown = false;
  #mayFlushEarly = true;

  constructor(connection: Connection, context: ServerContext, start: SessionStart) {
    const { principal, credentials, label, graceMs, regained } = start;
    this.principal = principal;
    this.#handlers = handlersFor(principal);
    this.connection = connection;
    this.#credentials = credentials;
    this.#graceMs = graceMs;
    const quota = start.quota ?? context.newQuota(connection);
    this.#quota = quota;
    this.#waitingPortion = new Portion(quota.waiting);
    this.#workspacesPortion = new Portion(quota.workspaces);
    this.once = new OnceOnly(context.keptSessions, regained?.session);
    this.label = label;
    this.context = context;
    this.#reader = new FrameReader(this);
    this.#arriving = new ArrivingBytes(context.arriving, connection);
    this.numbers = new NamedNumbers(context.limits.maxNumbers, context.memory);
    this.#held = new HeldFrames(this.numbers);
    this.answers = new ChunkedAnswers(connection);
    this.uploads = new SessionUploads(this, context, this.#held);
    this.member = regained?.member ?? context.space.join(this, connection.peer.name, MEMBER_OPTIONS);
    this.member.sees = (workspace) => principal.sees(workspace);
    this.leaseLimits = new LeaseLimits(context.space, this.member, context.deadlines, (where, act) => {
      connection.attempt(where, act);
    });
    if (regained !== undefined) {
      context.space.regain(this.member, this, connection.peer.name, regained.possessions);
      this.countWorkspaces();
    }
  }

  get client(): ClientView {
    const { connection, label, member } = this;
    return {
      id: this.#credentials.id,
      peer: connection.peer.name,
      user: this.principal.name,
      label,
      protocol: "multiplexed",
      since: connection.since,
      detachedSince: connection.detachedSince,
      operations: this.#operations,
      lastOperation: verbNames.get(plainVerb(this.#lastVerb)) ?? "",
      lastOperationAt: connection.lastReceivedAt,
      bytesIn: connection.bytesIn,
      bytesOut: connection.bytesOut,
      session: member,
      disconnect: () => connection.drop("it was disconnected by hand"),
    };
  }

  // From the connection

  receive(chunk: Uint8Array): void {
    this.#mayFlushEarly = true;
    if (this.#quota.bytes !== undefined) {
      this.#slow(this.#quota.bytes.take(chunk.length));
    }
    this.#reader.push(chunk);
    this.#arriving.set(this.#reader.heldBytes);
  }

  /** Asked before each frame: what has come waits when the client does not take its answers, or when others have their turn. */
  get mustWait(): boolean {
    return this.connection.isHeldUp;
  }

  frame(request: number, verb: number, bytes: Uint8Array, start: number, end: number): void {
    this.#take(request, verb, bytes, start, end, this.once.serialOf(verb));
    if (this.#mayFlushEarly && this.connection.mark > EARLY_BYTES) {
      this.#mayFlushEarly = false;
      this.connection.flush();
    }
  }

  inputEnded(): void {
    this.connection.close();
  }

  resumed(): void {
    this.#reader.goOn();
  }

  fill(): void {
    this.answers.fill();
  }

  flushing(): number {
    return 0; // Bookings are confirmed by the client.
  }

  sent(): void {
    if (this.answers.isReady) {
      this.connection.wake();
    }
  }

  shutDown(): void {
    this.#isShuttingDown = true;
    if (this.once.isKept) {
      return; // The client comes back to the next run.
    }
    this.cancelAll("shutting_down", "the server is shutting down");
    if (this.connection.survives) {
      frames.writeEnded(this.connection.out, "shutting_down", "the server is shutting down");
    }
  }

  halt(): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.context.sessions.remove(this.#credentials.id);
    for (const { deadline } of this.#waits.values()) {
      this.#cancelDeadline(deadline);
    }
    this.#waits.clear();
    this.#waitingPortion.set(0);
    this.#workspacesPortion.set(0);
    this.leaseLimits.clear();
    this.#reader.forget();
    this.uploads.clear();
    this.answers.clear();
    this.numbers.clear();
    this.#arriving.set(0);
    if (!this.once.isKept || !this.#isShuttingDown) {
      this.context.space.end(this.member);
      this.once.end();
    }
  }

  end(): void {
    this.halt();
  }

  /** A wait's deadline has passed. */
  expire(request: number): void {
    this.connection.attempt("a timeout", () => {
      this.context.space.cancel(this.member, request, "timed_out");
    });
  }

  // From the space

  done(request: number): void {
    if (request === this.#current) {
      this.once.done(request);
    } else {
      this.#doneLater(request);
    }
    this.#answered(request, Outcome.done);
    frames.writeDone(this.connection.out, request);
  }

  none(request: number): void {
    if (this.#mayNotWait) {
      this.refuse(request, "too_many_waiting", `${this.#quota.waiting.most} requests of this session wait already`);
      return;
    }
    this.#answered(request, Outcome.none);
    frames.writeNone(this.connection.out, request);
  }

  failed(request: number, code: FailureCode, message: string): void {
    if (this.#isShuttingDown && code === "cancelled") {
      this.refuse(request, "shutting_down", "the server is shutting down");
    } else {
      this.refuse(request, code, message);
    }
  }

  value(request: number, value: ValueView, booking: number, lease: number, hasMore: boolean): void {
    const wish = request === this.#current ? this.#currentWish : (this.#waits.get(request)?.wish ?? PLAIN_WISH);
    if (!hasMore) {
      this.#answered(request, Outcome.value);
    }
    if (wish.leaseLimitMs > 0 && lease > 0) {
      this.leaseLimits.set(lease, wish.leaseLimitMs);
    }
    sayValue(this.connection, this.answers, request, value, booking, lease, wish, hasMore);
  }

  text(request: number, text: string): void {
    if (this.madeName !== undefined) {
      this.madeName = text;
    }
    this.#answered(request, Outcome.value);
    sayText(this.connection, this.answers, request, text);
  }

  dependsOnJournal(durability: Durability | undefined): void {
    const { connection, label, member } = this;
    connection.dependsOnLog(durability);
    if (connection.survives) {
      this.once.touchesJournal((sessions) => {
        const { id, secret } = this.#credentials;
        return sessions.keep(member, { id, label, peer: connection.peer.name, graceMs: this.#graceMs }, secret);
      });
    }
  }

  // For the handlers of requests

  /** A read that may wait, with the deadline that the wait gets (`timeoutMs` 0: none). */
  read(request: number, workspace: string, name: string, how: ReadOptions, wish: ReadWish, timeoutMs: number): void {
    this.#currentWish = wish;
    if (how.wait && !this.#quota.waiting.hasRoom) {
      this.#mayNotWait = true;
      this.context.space.read(this.member, request, workspace, name, { ...how, wait: false });
      this.#mayNotWait = false;
      return;
    }
    this.context.space.read(this.member, request, workspace, name, how);
    if (this.#current === request) {
      this.#waits.set(request, this.#waitOf(request, wish, timeoutMs, 0, 0));
      this.#waitingPortion.set(this.#waits.size);
    }
  }

  /** A store was asked for, which may have to wait: then for so long (0: for ever). `lease`: what it ends; 0: none. */
  stores(request: number, timeoutMs: number, lease: number): void {
    if (this.#current === request) {
      this.#waits.set(request, this.#waitOf(request, PLAIN_WISH, timeoutMs, this.once.serial, lease));
    } else if (lease > 0) {
      this.leaseLimits.forgetIfOver(lease);
    }
  }

  /** Values of the session's snapshot, with their positions. False: it has none, or no such variable, and nothing is answered. */
  readSnapshot(request: number, variable: number, index: number): boolean {
    this.#currentWish = ITERATING_WISH;
    return this.context.space.readSnapshot(this.member, request, variable, index);
  }

  /** Answers with a refusal when the session may not open this workspace too. */
  isOpeningRefused(request: number, workspace: string | undefined): boolean {
    const { workspaces } = this.#quota;
    if (workspaces.hasRoom || (workspace !== undefined && this.member.opened.has(workspace))) {
      return false;
    }
    this.refuse(request, "quota_exceeded", `${workspaces.most} workspaces are open already; close one first`);
    return true;
  }

  /** Some may have been opened or left. */
  countWorkspaces(): void {
    this.#workspacesPortion.set(this.member.opened.size);
  }

  /** Answers a request with a failure. `verb`: of a request that is neither handled just now nor waits. */
  refuse(request: number, code: FailureName, message: string, verb = NO_VERB): void {
    this.context.tally.failures.add(code);
    this.#answered(request, Outcome.failed, verb);
    frames.writeFailed(this.connection.out, request, code, printable(message));
  }

  /** Ends the wait, the upload or the answer in chunks of this number, if there is one. */
  cancel(request: number): void {
    if (this.answers.giveUp(request)) {
      this.refuse(request, "cancelled", "the rest of the answer was cancelled");
    } else if (!this.context.space.cancel(this.member, request, "cancelled")) {
      this.uploads.cancel(request, "cancelled", "the upload was cancelled");
    }
  }

  goodbye(request: number): void {
    this.cancelAll("cancelled", "the session said goodbye");
    this.context.space.end(this.member);
    this.done(request);
    this.connection.close();
  }

  /**
   * Handles a request now: what it says, and an exception that nobody expected, is one answer. (Also for uploads, when
   * they are complete.)
   */
  perform(request: number, serial: number, verb: Verb, act: () => void): void {
    this.#current = request;
    this.#currentVerb = verb;
    this.once.begin(request, serial, Verb.store);
    const mark = this.connection.mark;
    try {
      act();
    } catch (error) {
      if (error instanceof ProtocolFault) {
        throw error;
      }
      this.connection.unsay(mark);
      this.refuse(request, "internal", this.context.bug(error, "a multiplexed request"));
    }
    this.#current = NONE;
  }

  /** Handles again, in order, what had to wait for an upload. */
  retry(kept: readonly KeptFrame[]): void {
    if (kept.length > 0) {
      this.connection.hold(false);
      for (const { request, verb, bytes, serial } of kept) {
        // (Whether or not the client is behind: these are few, and came before what the reader keeps.)
        this.#take(request, verb, bytes, 0, bytes.length, serial);
      }
    }
  }

  // Inside

  #take(request: number, verb: number, bytes: Uint8Array, start: number, end: number, serial: number): void {
    if (this.#isOver) {
      return;
    }
    if (this.#held.isActive && this.#held.takes(request, verb, bytes, start, end, serial, this.uploads.get(request))) {
      this.connection.hold(this.#held.heldBytes > HIGH_WATER_BYTES);
      return;
    }
    const isRequest = isAnswered(verb);
    if (isRequest) {
      if (this.#isInUse(request)) {
        throw new ProtocolFault(`request ${request} has not been answered yet`);
      }
      this.#current = request;
      this.#currentVerb = plainVerb(verb);
      this.#operations++;
      this.#lastVerb = verb;
      if (this.#quota.operations !== undefined) {
        this.#slow(this.#quota.operations.take(1));
      }
      if (this.once.begin(request, serial, verb)) {
        this.done(request);
        return;
      }
    }
    const handle = this.#handlers[verb];
    if (handle === undefined) {
      this.refuse(request, "unknown_verb", `verb ${verb} is not known`);
      return;
    }
    const { cursor } = this;
    cursor.begin(bytes, start, end);
    const mark = this.connection.mark;
    const { slow } = this.context;
    const beganAt = slow === undefined ? 0 : performance.now();
    try {
      handle(this, request, cursor, verb);
    } catch (error) {
      if (error instanceof ProtocolFault || !isRequest) {
        throw error;
      }
      this.connection.unsay(mark);
      this.refuse(request, "internal", this.context.bug(error, `verb ${verb}`));
    }
    this.#current = NONE;
    if (slow !== undefined) {
      const ms = performance.now() - beganAt;
      if (ms >= slow.thresholdMs) {
        cursor.begin(bytes, start, end);
        const saidBytes = Math.max(0, this.connection.mark - mark);
        this.noteSlow(verb, namesIn(cursor, verb, this.numbers), end - start + saidBytes, ms);
      }
    }
  }

  /** Something took long to handle. */
  noteSlow(
    verb: number,
    { workspace, name }: { readonly workspace?: string; readonly name?: string },
    bytes: number,
    ms: number,
  ): void {
    this.context.slow?.note({
      verb: verbNames.get(plainVerb(verb)) ?? "unknown",
      workspace,
      variable: name,
      bytes,
      ms,
      session: this.#credentials.id,
      peer: this.connection.peer.name,
    });
  }

  /** If it is a store that has waited. */
  #doneLater(request: number): void {
    const wait = this.#waits.get(request);
    if (wait !== undefined && wait.serial > 0) {
      this.once.doneLater(request, wait.serial);
    }
    if (wait !== undefined && wait.lease > 0) {
      this.leaseLimits.forgetIfOver(wait.lease);
    }
  }

  #slow(ms: number): void {
    if (ms > 0) {
      this.connection.slow(ms);
    }
  }

  #isInUse(request: number): boolean {
    return (
      (this.#waits.size > 0 && this.#waits.has(request)) ||
      (this.uploads.count > 0 && this.uploads.get(request) !== undefined) ||
      (this.answers.count > 0 && this.answers.has(request))
    );
  }

  #waitOf(request: number, wish: ReadWish, timeoutMs: number, serial: number, lease: number): Wait {
    const deadline = timeoutMs > 0 ? this.context.deadlines.add(timeoutMs, this, request) : undefined;
    return { wish, deadline, serial, lease, verb: this.#currentVerb, since: performance.now() };
  }

  #answered(request: number, outcome: Outcome, verb = NO_VERB): void {
    const { tally } = this.context;
    if (request === this.#current) {
      this.#current = NONE;
      tally.answers.multiplexed.add(this.#currentVerb, outcome);
    } else {
      const wait = this.#waits.get(request);
      if (wait !== undefined) {
        tally.answers.multiplexed.add(wait.verb, outcome);
        tally.waiting.add(performance.now() - wait.since);
        this.#waits.delete(request);
        this.#waitingPortion.set(this.#waits.size);
        this.#cancelDeadline(wait.deadline);
      } else if (verb !== NO_VERB) {
        tally.answers.multiplexed.add(verb, outcome);
      }
    }
  }

  #cancelDeadline(deadline: Deadline | undefined): void {
    if (deadline !== undefined) {
      this.context.deadlines.cancel(deadline);
    }
  }

  /** Ends all waits and uploads, each with an answer. */
  cancelAll(code: FailureName, message: string): void {
    for (const request of [...this.#waits.keys()]) {
      this.context.space.cancel(this.member, request, "cancelled");
    }
    for (const request of this.uploads.requests()) {
      this.uploads.cancel(request, code, message);
    }
  }
}
