import type { ByteWriter } from "../wire/byte-writer.ts";
import { ReleaseKind, Verb } from "../wire/verbs.ts";
import type { FailureName } from "../wire/failure-codes.ts";
import { Answers } from "./answers.ts";
import { Connection, type ConnectionUser } from "./connection.ts";
import type { Download } from "./download.ts";
import type { NwsError } from "./errors.ts";
import { aborted, again, endOf, refusal, traced } from "./failure.ts";
import { Listeners } from "./events.ts";
import { HeldLeases } from "./held-leases.ts";
import type { ConnectionEnd } from "./line.ts";
import { HandleTable, type NumberedVariable, type WorkspaceHandle } from "./names.ts";
import { Collected, type Welcome } from "./outcomes.ts";
import { Expect, type Pending, PendingTable, type Reject, type Resolve, whereOf } from "./pending.ts";
import type { ReconnectPolicy } from "./reconnect.ts";
import { Repetition } from "./repetition.ts";
import type { Dialer } from "./transport.ts";
import { Uploads } from "./uploads.ts";

// One executor for all promises: a closure for each would cost as much as the rest of a request.
let lastResolve: Resolve;
let lastReject: Reject;
const capture = (resolve: (value: never) => void, reject: Reject): void => {
  lastResolve = resolve;
  lastReject = reject;
};

const settled = Promise.resolve();

/**
 * Requests out, answers in: who waits for what, what has been received and is to be confirmed, when the program may end.
 * What the requests mean is the session's business.
 */
export class Exchange implements ConnectionUser {
  readonly connection: Connection;
  readonly uploads: Uploads;
  readonly pending = new PendingTable();
  readonly handles = new HandleTable();
  readonly listeners = new Listeners();
  readonly leases = new HeldLeases();
  readonly address: string;
  /** The request that `begin` made last. */
  last!: Pending;
  /** Why nothing goes any more. */
  failure: NwsError | undefined;
  /** The highest number of a booked value that was given to its caller; and that the server knows of. */
  received = 0;
  confirmed = 0;
  readonly #dialer: Dialer;
  readonly #answers: Answers;
  readonly #tracesCalls: boolean;
  readonly #reconnect: ReconnectPolicy | undefined;
  #isGreeted = false;
  #isClosing = false;
  #disconnectedAt = 0;
  #isHolding = true;
  #mayHold = true;
  #isTurnWatched = false;
  /** Undefined when another run of the server would know nothing of this session. */
  #repetition: Repetition | undefined;
  readonly #whenEnded: (() => void)[] = [];

  constructor(dialer: Dialer, maxValueBytes: number, tracesCalls: boolean, reconnect: ReconnectPolicy | undefined) {
    this.#dialer = dialer;
    this.#reconnect = reconnect;
    this.address = dialer.address;
    this.#tracesCalls = tracesCalls;
    this.#answers = new Answers(this, maxValueBytes);
    this.connection = new Connection(dialer, this, this.#answers);
    this.uploads = new Uploads(this.connection);
    this.#repetition = reconnect === undefined ? undefined : new Repetition(this);
  }

  /** Whether a large value is coming in that somebody waits for in memory. */
  get isReceiving(): boolean {
    for (const { download, isAbandoned } of this.pending.used()) {
      if (download !== undefined && download.sink === undefined && !isAbandoned) {
        return true;
      }
    }
    return false;
  }

  /** Milliseconds from some fixed moment. */
  now(): number {
    return this.#dialer.now();
  }

  /** Whether what waits keeps the program running. It does at first. */
  set mayHold(mayHold: boolean) {
    this.#mayHold = mayHold;
    if (!mayHold) {
      this.#isHolding = false;
      this.connection.unref();
    } else if (this.pending.activeCount > 0) {
      this.#isHolding = true;
      this.connection.ref();
    }
  }

  /** A new request, which is in `last` afterwards; the caller writes its frame and calls `connection.wake`. */
  begin<T = void>(
    operation: string,
    expect: Expect,
    handle: WorkspaceHandle | undefined,
    variable: NumberedVariable | undefined,
  ): Promise<T> {
    const pending = this.pending.add(operation, expect, handle, variable);
    this.last = pending;
    if (!this.#isHolding && this.#mayHold) {
      this.#isHolding = true;
      this.connection.ref();
    }
    const promise = new Promise<T>(capture);
    pending.resolve = lastResolve;
    pending.reject = lastReject;
    if (this.#tracesCalls) {
      pending.trace = new Error("called");
    }
    return promise;
  }

  /** Takes the last request back: nothing of it was sent. */
  takeBack(): void {
    this.pending.remove(this.last);
    this.#watchTurn();
  }

  /** The answer has come and the caller gets `value`. */
  resolve(pending: Pending, value: unknown): void {
    const { resolve } = pending;
    if (pending.upload !== undefined) {
      this.#endUpload(pending);
    }
    this.leases.remove(pending.lease);
    this.pending.remove(pending);
    resolve(value as never);
  }

  /** The answer has come and it is a failure. */
  reject(pending: Pending, error: NwsError): void {
    const { reject, trace, download } = pending;
    this.#endUpload(pending);
    this.#endDownload(download, error);
    if (error.code === "lease_lost") {
      this.leases.remove(pending.lease);
    }
    if (pending.expect === Expect.opened) {
      // Before the next frame is looked at: it answers what was sent behind the open.
      pending.handle?.fail(error);
    }
    this.pending.remove(pending);
    reject(traced(error, trace));
  }

  /** The caller gets an error now; the answer, when it comes, changes nothing any more. */
  abandon(pending: Pending, error: NwsError): void {
    const { reject, trace, download, extra } = pending;
    this.pending.abandon(pending);
    if (extra instanceof Collected) {
      extra.giveBack(this);
    }
    reject(traced(error, trace));
    this.frame(pending.request, Verb.cancel);
    this.uploads.drop(pending.request);
    this.#endDownload(download, error);
    this.#watchTurn();
  }

  /** Abandons `pending` when the signal is aborted before the answer comes. */
  watch(pending: Pending, signal: AbortSignal): void {
    const onAbort = (): void => this.abandon(pending, aborted(signal, whereOf(pending)));
    signal.addEventListener("abort", onAbort, { once: true });
    pending.unwatch = () => signal.removeEventListener("abort", onAbort);
  }

  /**
   * Cancels a store when the signal is aborted before the answer comes. If all of it was sent, only the answer says whether it was stored: then it
   * was, or the caller gets an AbortedError.
   */
  watchStore(pending: Pending, signal: AbortSignal): void {
    const onAbort = (): void => {
      const error = aborted(signal, whereOf(pending));
      if (this.uploads.has(pending.request)) {
        this.abandon(pending, error);
      } else {
        pending.cutOff = error;
        this.frame(pending.request, Verb.cancel);
      }
    };
    signal.addEventListener("abort", onAbort, { once: true });
    pending.unwatch = () => signal.removeEventListener("abort", onAbort);
    if (signal.aborted) {
      onAbort();
    }
  }

  /** The error for a refusal that the server sent. */
  refused(pending: Pending, name: FailureName | undefined, reason: string): NwsError {
    if (pending.cutOff !== undefined) {
      return pending.cutOff;
    }
    const because = pending.handle?.failure ?? pending.variable?.handle.failure;
    // Operations that were sent behind an open that failed get the failure of the open.
    const isConsequence = name === "workspace_not_open" || name === "no_such_workspace" || name === "cancelled";
    return because !== undefined && isConsequence
      ? again(because, whereOf(pending))
      : refusal(name, reason, whereOf(pending));
  }

  /** Writes a frame without fields. */
  frame(request: number, verb: number): void {
    const { writer } = this.connection;
    writer.beginFrame(request, verb);
    writer.endFrame();
    this.connection.wake();
  }

  /** Puts a value back; nobody waits for the answer. */
  release(kind: number, number: number): void {
    const pending = this.#unanswered(Verb.release);
    if (kind === ReleaseKind.lease) {
      pending.lease = number;
    } else {
      pending.booking = number;
    }
    const { writer } = this.connection;
    writer.u8(kind);
    writer.u64(number);
    writer.endFrame();
    this.connection.wake();
  }

  /** Acknowledges a lease that the caller does not know of. */
  acknowledge(lease: number): void {
    this.leases.add(lease);
    this.#unanswered(Verb.ack).lease = lease;
    const { writer } = this.connection;
    writer.u64(lease);
    writer.endFrame();
    this.connection.wake();
  }

  /** Says how long a lease lasts from now on; nobody waits for the answer. */
  extend(lease: number, limitMs: number): void {
    this.#unanswered(Verb.extend);
    const { writer } = this.connection;
    writer.u64(lease);
    writer.u32(limitMs);
    writer.endFrame();
    this.connection.wake();
  }

  credit(request: number, count: number): void {
    const { writer } = this.connection;
    writer.beginFrame(request, Verb.credit);
    writer.u32(count);
    writer.endFrame();
    this.connection.wake();
  }

  /** Writes what was received, if that is not said yet; it leaves with what comes next. */
  #confirm(): void {
    if (this.confirmed < this.received) {
      this.confirmed = this.received;
      const { writer } = this.connection;
      writer.beginFrame(0, Verb.confirm);
      writer.u64(this.received);
      writer.endFrame();
    }
  }

  /** Calls back once when it is all over. */
  whenEnded(callback: () => void): void {
    if (this.failure === undefined) {
      this.#whenEnded.push(callback);
    } else {
      callback();
    }
  }

  /** The end: whoever waits gets `failure`, as does whoever asks from now on. */
  fail(failure: NwsError): void {
    if (this.failure !== undefined) {
      return;
    }
    this.failure = failure;
    this.uploads.clear();
    for (const handle of this.handles) {
      handle.fail(failure);
    }
    for (const pending of [...this.pending.used()]) {
      pending.download?.sink?.fail(failure);
      const { reject, trace } = pending;
      const error = again(failure, whereOf(pending));
      this.pending.remove(pending);
      reject(traced(error, trace));
    }
    for (const callback of this.#whenEnded.splice(0)) {
      callback();
    }
  }

  /** The server's greeting is there, in a frame of so many bytes. */
  greeted(greetingBytes: number, { identity, graceMs, keeps }: Welcome): void {
    this.#isGreeted = true;
    if (!keeps) {
      this.#repetition = undefined;
    }
    this.connection.greeted(greetingBytes, identity, this.#reconnect, graceMs);
  }

  /** The program wants to end this: no event will be made of it, and no long effort to come back. */
  leave(): void {
    this.#isClosing = true;
    this.connection.leave();
  }

  /** Tells the server that the session is over, if it would wait for this client to come back. Nobody waits for the answer. */
  sayGoodbye(): void {
    if (this.failure === undefined && this.connection.survives) {
      this.#isClosing = true;
      this.#unanswered(Verb.goodbye);
      this.connection.writer.endFrame();
      this.connection.wake();
    }
  }

  exiting(): void {
    this.sayGoodbye();
  }

  leaving(bytes: Uint8Array, length: number): void {
    this.#repetition?.note(bytes, length);
  }

  regain(out: ByteWriter): void {
    this.#repetition!.writeRegain(out);
  }

  restored(): void {
    this.#repetition!.askAgain();
  }

  disconnected(reason: string): void {
    this.#disconnectedAt = this.#dialer.now();
    this.#dialer.soon(() => this.listeners.emit("disconnected", { reason }));
  }

  reconnected(): void {
    const awayMs = this.#dialer.now() - this.#disconnectedAt;
    this.#dialer.soon(() => this.listeners.emit("reconnected", { awayMs }));
  }

  flushed(): void {
    this.uploads.sendChunks();
  }

  receivedAll(): void {
    // Before anything that the program may ask now: then it sees that its values are no longer booked.
    this.#confirm();
    if (this.connection.hasUnsent || this.pending.activeCount === 0) {
      this.#watchTurn();
    }
  }

  ended(end: ConnectionEnd): void {
    const failure = endOf(end, this.address);
    this.fail(failure);
    if (this.#isGreeted && !this.#isClosing) {
      this.#dialer.soon(() => this.listeners.emit("lost", failure));
    }
  }

  #unanswered(verb: number): Pending {
    const pending = this.pending.add("", Expect.nothing, undefined, undefined);
    this.pending.abandon(pending);
    this.connection.writer.beginFrame(pending.request, verb);
    return pending;
  }

  /** Of a value in chunks no more is wanted, or comes. */
  #endDownload(download: Download | undefined, error: NwsError): void {
    if (download !== undefined && !download.isDiscarded) {
      download.isDiscarded = true;
      download.sink?.fail(error);
      if (download.head.lease > 0) {
        this.release(ReleaseKind.lease, download.head.lease);
      }
    }
  }

  #endUpload(pending: Pending): void {
    if (this.uploads.has(pending.request)) {
      // The number may be used again only after a frame that is not a chunk of it.
      this.frame(pending.request, Verb.cancel);
      this.uploads.drop(pending.request);
    }
  }

  /**
   * Whether to confirm, and whether the program may end, is decided when all that follows from what came in has run:
   * most often the program has sent its next request by then, and the confirmation leaves with it.
   */
  #watchTurn(): void {
    if (!this.#isTurnWatched) {
      this.#isTurnWatched = true;
      void settled.then(this.#afterContinuations);
    }
  }

  readonly #afterContinuations = (): void => {
    if (this.pending.activeCount > 0 && (this.connection.isAwake || !this.connection.hasUnsent)) {
      this.#isTurnWatched = false;
    } else {
      this.#dialer.atTurnEnd(this.#atTurnEnd);
    }
  };

  readonly #atTurnEnd = (): void => {
    this.#isTurnWatched = false;
    if (this.connection.hasUnsent) {
      this.connection.flush();
    }
    if (this.pending.activeCount === 0 && this.#isHolding) {
      this.#isHolding = false;
      this.connection.unref();
    }
  };
}
