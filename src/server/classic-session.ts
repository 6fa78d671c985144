import { StoredBlob } from "../blobs/stored-blob.ts";
import type { Durability, FailureCode, Receiver, Session, ValueView } from "../space/index.ts";
import type { ByteWriter } from "../wire/byte-writer.ts";
import { type ClassicRequest, ClassicReader } from "../wire/classic-reader.ts";
import { ClassicWriter, type ReplyFormat } from "../wire/classic-writer.ts";
import { failureCodes, type FailureName } from "../wire/failure-codes.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import { ArrivingBytes } from "./arriving-room.ts";
import { ClassicDownload } from "./classic-download.ts";
import { ClassicUpload } from "./classic-upload.ts";
import { classicVerbNumber, classicVerbs, type ClassicVerb, countMismatch, descriptorOf } from "./classic-verbs.ts";
import { notForReaders, notForUsers, type Principal } from "./access/principal.ts";
import type { ClientView } from "./client-view.ts";
import type { Connection } from "./connection.ts";
import type { Conversation } from "./conversation.ts";
import type { Refusal } from "./named-numbers.ts";
import { printable } from "./printable.ts";
import { Portion, type Quota } from "./quota.ts";
import type { ServerContext } from "./server-context.ts";
import { NO_VERB, Outcome } from "./tally.ts";
import { isReferable } from "./value-replies.ts";

/** What the handshake agreed on. */
export interface ClassicTerms extends ReplyFormat {
  readonly metadataIn: boolean;
  readonly killOnClose: boolean;
}

/** There is one request at a time, so all have the same number. */
const REQUEST = 1;

/** How an unknown verb, or none at all, is answered. */
const UNKNOWN_VERB: ClassicVerb = {
  needs: "read",
  shape: "short",
  least: -1, // (A request may even have no verb.)
  most: Infinity,
  run: () => ({ code: "unknown_verb", message: "this verb is not known" }),
};
const STORE = classicVerbs.get("store")!;

const BAD_DESCRIPTOR: Refusal = {
  code: "bad_arguments",
  message: "the type descriptor is no decimal number below 2^32",
};

const STRANGER =
  "this server does not know this client: classic clients are let in that run as the server's own user on the same machine, or that show a client certificate";

/**
 * A session of the classic protocol, which ends with its connection. One request at a time; what it does just now:
 *
 * - *ready*: the next request may be read;
 * - *blocked*: a request waits in the space, for a value or for room; another one that is complete is a fault;
 * - *receiving*: the bytes of a long value go to a file;
 * - *storing*: they are all there, and the disk is not done: nothing more is read;
 * - *sending*: a long value comes from a file: nothing more is read;
 * - *over*.
 */
export class ClassicSession implements Conversation, Receiver {
  readonly #id: string;
  readonly #principal: Principal | undefined;
  /** No verb has to be asked about. */
  readonly #mayAll: boolean;
  readonly #connection: Connection;
  readonly #context: ServerContext;
  readonly #terms: ClassicTerms;
  readonly #member: Session;
  readonly #quota: Quota;
  readonly #waitingPortion: Portion;
  readonly #workspacesPortion: Portion;
  readonly #reader: ClassicReader;
  #state: "ready" | "blocked" | "receiving" | "storing" | "sending" | "over" = "ready";
  /** The verb whose answer comes next. */
  #verb: ClassicVerb = UNKNOWN_VERB;
  /** The same as a number, to count it by. */
  #verbNumber = NO_VERB;
  /** When the request that is blocked began to wait. */
  #blockedSince = 0;
  #isAnswered = true;
  /** What has arrived of a request that is not complete. */
  readonly #arriving: ArrivingBytes;
  #writer: ClassicWriter | undefined;
  #writerOut: ByteWriter | undefined;
  #upload: ClassicUpload | undefined;
  /** When the last byte of it came. */
  #uploadedAt = 0;
  #download: ClassicDownload | undefined;
  #isInputOver = false;
  /** Requests so far, the verb of the last one, and what the client called itself when it opened a workspace. */
  #operations = 0;
  #lastVerb = "";
  #label = "";
  #isDeadly: boolean;

  // Bookings by number: said, taken by the kernel.
  #saidBooking = 0;
  #confirmedBooking = 0;

  /**
   * `principal` undefined: nobody knows this client; its first request is refused, and the connection closed. `quota`: one that several
   * sessions share.
   */
  constructor(
    connection: Connection,
    context: ServerContext,
    terms: ClassicTerms,
    principal: Principal | undefined,
    quota = context.newQuota(connection),
  ) {
    this.#principal = principal;
    this.#mayAll = principal?.may("admin") === true;
    this.#id = context.sessions.nextId();
    this.#connection = connection;
    this.#context = context;
    this.#terms = terms;
    this.#quota = quota;
    this.#waitingPortion = new Portion(quota.waiting);
    this.#workspacesPortion = new Portion(quota.workspaces);
    this.#isDeadly = terms.killOnClose && principal?.may("admin") === true;
    const { maxArguments, maxNameBytes, maxValueBytes } = context.limits;
    this.#reader = new ClassicReader({
      metadataIn: terms.metadataIn,
      longValueBytes: context.longValueBytes,
      maxArguments,
      maxArgumentBytes: maxNameBytes,
      maxValueBytes,
    });
    this.#arriving = new ArrivingBytes(context.arriving, connection);
    this.#member = context.space.join(this, connection.peer.name, {
      takesBySending: true,
      sees: (workspace) => principal?.sees(workspace) === true,
    });
  }

  get client(): ClientView {
    const { peer, since, lastReceivedAt, bytesIn, bytesOut } = this.#connection;
    return {
      id: this.#id,
      peer: peer.name,
      user: this.#principal?.name ?? "",
      label: this.#label,
      protocol: "classic",
      since,
      detachedSince: undefined,
      operations: this.#operations,
      lastOperation: this.#lastVerb,
      lastOperationAt: lastReceivedAt,
      bytesIn,
      bytesOut,
      session: this.#member,
      disconnect: () => this.#connection.drop("it was disconnected by hand"),
    };
  }

  // From the connection

  receive(chunk: Uint8Array): void {
    if (this.#quota.bytes !== undefined) {
      this.#slow(this.#quota.bytes.take(chunk.length));
    }
    this.#reader.push(chunk);
    this.#advance();
    this.#reader.keepUnread();
    this.#arriving.set(this.#reader.heldBytes);
  }

  inputEnded(): void {
    this.#isInputOver = true;
    this.#advance();
  }

  resumed(): void {
    this.#advance();
  }

  fill(): void {
    this.#download?.fill();
  }

  flushing(): number {
    return this.#saidBooking;
  }

  /** A fetched value is the client's once its whole reply went to the kernel. */
  sent(upTo: number): void {
    if (upTo > this.#confirmedBooking) {
      this.#confirmedBooking = upTo;
      this.#context.space.confirm(this.#member, upTo);
    }
  }

  shutDown(): void {
    // Who is blocked sees the connection end: there is no status that says as much.
    this.halt();
  }

  halt(): void {
    if (this.#state === "blocked") {
      this.#isAnswered = true;
      this.#state = "over";
      this.#context.space.cancel(this.#member, REQUEST, "cancelled");
    }
    this.#state = "over";
    this.#upload?.abort();
    this.#upload = undefined;
    this.#download?.abort();
    this.#download = undefined;
    this.#arriving.set(0);
  }

  end(): void {
    this.halt();
    this.#waitingPortion.set(0);
    this.#workspacesPortion.set(0);
    this.#context.space.end(this.#member);
    if (this.#isDeadly) {
      this.#isDeadly = false;
      this.#context.killed(this.#connection.peer, this.#principal);
    }
  }

  // From the space

  done(): void {
    if (this.#answer(Outcome.done)) {
      this.#reply().done();
    }
  }

  none(): void {
    if (this.#answer(Outcome.none)) {
      this.#reply().longFailure(1, "there is no value");
    }
  }

  failed(_request: number, code: FailureCode, message: string): void {
    this.#refuse(code, message);
  }

  value(_request: number, value: ValueView, booking: number): void {
    if (!this.#answer(Outcome.value)) {
      return;
    }
    const { descriptor, bytes, start, end, file, variableId, index } = value;
    if (file instanceof StoredBlob) {
      this.#reply().valueHead(descriptor, variableId, index, file.length);
      this.#state = "sending";
      this.#connection.hold(true);
      this.#download = new ClassicDownload(file.openReader(), this.#connection, () => {
        this.#download = undefined;
        this.#booked(booking);
        this.#goOn();
      });
      return;
    }
    if (isReferable(value)) {
      this.#reply().valueHead(descriptor, variableId, index, end);
      this.#connection.reference(bytes);
    } else {
      this.#reply().value(descriptor, variableId, index, bytes, start, end);
    }
    this.#booked(booking);
  }

  text(_request: number, text: string): void {
    if (this.#answer(Outcome.value)) {
      this.#reply().text(text);
    }
  }

  dependsOnJournal(durability: Durability | undefined): void {
    this.#connection.dependsOnLog(durability);
  }

  // For the verbs

  get mayUse(): boolean {
    return this.#principal?.may("use") === true;
  }

  /** A client that may end the server by hanging up says that it will. Returns whether it may. */
  becomeDeadly(): boolean {
    this.#isDeadly ||= this.#context.allowKillOnClose;
    return this.#isDeadly;
  }

  // Inside

  /** Handles requests as long as there are any and the client takes the replies. */
  #advance(): void {
    // (In this order: a connection that is far too congested is dropped, and then the state is another one.)
    while (!this.#connection.isHeldUp && this.#isReading()) {
      const event = this.#reader.next();
      switch (event?.kind) {
        case undefined:
          if (this.#isInputOver) {
            this.#connection.close();
          }
          return;
        case "request":
          this.#request(event);
          break;
        case "large":
          this.#beginLarge(event.args, event.length);
          break;
        case "data":
          this.#upload?.data(event.bytes);
          if (this.#upload?.isBehind === true) {
            this.#state = "storing";
            this.#connection.hold(true);
          }
          break;
        case "end":
          this.#state = "storing";
          this.#connection.hold(true);
          this.#uploadedAt = performance.now();
          this.#upload?.end();
          break;
      }
    }
  }

  #isReading(): boolean {
    return this.#state === "ready" || this.#state === "blocked" || this.#state === "receiving";
  }

  #request(request: ClassicRequest): void {
    const [verbName = "", , label = ""] = request.args;
    const verb = classicVerbs.get(verbName) ?? UNKNOWN_VERB;
    this.#operations++;
    this.#lastVerb = verb === UNKNOWN_VERB ? "" : verbName;
    if (this.#quota.operations !== undefined) {
      this.#slow(this.#quota.operations.take(1));
    }
    if (verbName === "open ws" && label !== "") {
      this.#label = printable(label);
    }
    if (this.#isOverlapping(verb)) {
      return;
    }
    this.#begin(verb);
    const refused = (this.#mayAll ? undefined : this.#notAllowed(verb)) ?? request.refused;
    if (refused !== undefined) {
      this.#refuse(refused.code, refused.message);
      this.#turnAwayStrangers();
      return;
    }
    const mark = this.#connection.mark;
    const { slow } = this.#context;
    const beganAt = slow === undefined ? 0 : performance.now();
    try {
      const refusal =
        countMismatch(verb, request) ??
        (verb.opens === undefined ? undefined : this.#openingRefusal(verb, request)) ??
        verb.run(this.#context.space, this.#member, REQUEST, request, this);
      if (verb.opens !== undefined) {
        this.#workspacesPortion.set(this.#member.opened.size);
      }
      if (refusal !== undefined) {
        this.#refuse(refusal.code, refusal.message);
      } else if (!this.#isAnswered) {
        this.#wait();
      }
    } catch (error) {
      if (error instanceof ProtocolFault) {
        throw error;
      }
      this.#connection.unsay(mark);
      this.#begin(verb);
      this.#refuse("internal", this.#context.bug(error, `verb ${request.args[0] ?? ""}`));
    }
    if (slow !== undefined && performance.now() - beganAt >= slow.thresholdMs) {
      const { args, value } = request;
      const bytes = value === undefined ? 0 : value.end - value.start;
      const saidBytes = Math.max(0, this.#connection.mark - mark);
      this.#noteSlow(args, bytes + saidBytes, performance.now() - beganAt);
    }
  }

  #noteSlow([verb = "", workspace, variable]: readonly string[], bytes: number, ms: number): void {
    const hasVariable = classicVerbs.get(verb)?.opens === undefined;
    this.#context.slow?.note({
      verb: printable(verb),
      workspace,
      variable: hasVariable ? variable : undefined,
      bytes,
      ms,
      session: this.#id,
      peer: this.#connection.peer.name,
    });
  }

  /** The request waits, or is refused because others of its session do. */
  #wait(): void {
    this.#state = "blocked";
    this.#blockedSince = performance.now();
    const { hasRoom, most } = this.#quota.waiting;
    this.#waitingPortion.set(1);
    if (!hasRoom) {
      this.#refuse("too_many_waiting", `${most} requests wait already`);
      this.#context.space.cancel(this.#member, REQUEST, "cancelled");
    }
  }

  /** Of a verb that opens a workspace. */
  #openingRefusal(verb: ClassicVerb, { args }: ClassicRequest): Refusal | undefined {
    const { workspaces } = this.#quota;
    const isOpen = verb.opens === "named" && this.#member.opened.has(args[1]!);
    return workspaces.hasRoom || isOpen
      ? undefined
      : { code: "quota_exceeded", message: `${workspaces.most} workspaces are open already` };
  }

  #slow(ms: number): void {
    if (ms > 0) {
      this.#connection.slow(ms);
    }
  }

  #beginLarge(args: readonly string[], length: number): void {
    if (this.#isOverlapping(STORE)) {
      return;
    }
    this.#begin(STORE);
    const refusal = this.#notAllowed(STORE);
    if (this.#principal === undefined && refusal !== undefined) {
      this.#refuse(refusal.code, refusal.message);
      this.#turnAwayStrangers();
      return;
    }
    this.#state = "receiving";
    const [, workspace = "", variable = "", descriptorText = ""] = args;
    const descriptor = descriptorOf(descriptorText);
    const bad = descriptor === undefined ? BAD_DESCRIPTOR : undefined;
    const isKept = (): boolean => this.#context.space.keeps(this.#member, workspace);
    this.#upload = new ClassicUpload(length, refusal ?? bad, this.#context.blobs, isKept, {
      caughtUp: () => {
        this.#connection.attempt("the upload of a long value", () => {
          this.#goOn("receiving");
        });
      },
      finished: (blob) => {
        this.#upload = undefined;
        this.#connection.attempt("the end of a long value", () => {
          const { space, slow } = this.#context;
          const ms = performance.now() - this.#uploadedAt;
          if (slow !== undefined && ms >= slow.thresholdMs) {
            this.#noteSlow(args, length, ms);
          }
          space.storeFile(this.#member, REQUEST, workspace, variable, descriptor ?? 0, blob);
          this.#blockedSince = performance.now();
          this.#goOn(this.#isAnswered ? "ready" : "blocked");
        });
      },
      refused: (code, message) => {
        this.#upload = undefined;
        this.#connection.attempt("the end of a long value", () => {
          this.#refuse(code, message);
          this.#goOn();
        });
      },
    });
  }

  /** Why this client may not ask for this, if so. */
  #notAllowed({ needs = "use" }: ClassicVerb): Refusal | undefined {
    const principal = this.#principal;
    if (principal === undefined) {
      return { code: "not_authenticated", message: STRANGER };
    }
    return principal.may(needs)
      ? undefined
      : { code: "not_permitted", message: needs === "use" ? notForReaders(principal) : notForUsers(principal) };
  }

  #turnAwayStrangers(): void {
    if (this.#principal === undefined) {
      const refusal = this.#context.access.refusesWay(this.#connection.peer);
      this.#context.notLetIn(this.#connection.peer, refusal === undefined ? "unknown_client" : "needs_tls", STRANGER);
      this.#connection.close();
    }
  }

  /** A request that comes while another one is blocked is answered with an error, and the connection is closed. */
  #isOverlapping(verb: ClassicVerb): boolean {
    if (this.#state !== "blocked") {
      return false;
    }
    this.halt();
    this.#verb = verb;
    this.#isAnswered = false;
    this.#say("bad_arguments", "the request before this one still waits: one at a time on a connection");
    this.#connection.close();
    return true;
  }

  /** What kept the next request from being read is over. */
  #goOn(state: "ready" | "blocked" | "receiving" = "ready"): void {
    if (this.#state !== "over") {
      this.#state = state;
      this.#connection.hold(false);
      this.#advance();
    }
  }

  #begin(verb: ClassicVerb): void {
    this.#verb = verb;
    this.#verbNumber = classicVerbNumber(verb);
    this.#isAnswered = false;
  }

  /** Whether the request is still to be answered; it is from now on. */
  #answer(outcome: Outcome): boolean {
    if (this.#isAnswered) {
      return false;
    }
    this.#isAnswered = true;
    const { tally } = this.#context;
    tally.answers.classic.add(this.#verbNumber, outcome);
    if (this.#state === "blocked") {
      tally.waiting.add(performance.now() - this.#blockedSince);
      this.#state = "ready";
      this.#waitingPortion.set(0);
    }
    return true;
  }

  #refuse(code: FailureName, message: string): void {
    if (this.#answer(Outcome.failed)) {
      this.#context.tally.failures.add(code);
      this.#say(code, message);
    }
  }

  #say(code: FailureName, message: string): void {
    const status = this.#verb.statusOf?.(code) ?? failureCodes[code].status;
    if (this.#verb.shape === "short") {
      this.#reply().shortFailure(status, printable(message));
    } else {
      this.#reply().longFailure(status, printable(message));
    }
  }

  #booked(booking: number): void {
    this.#saidBooking = Math.max(this.#saidBooking, booking);
  }

  #reply(): ClassicWriter {
    const { out } = this.#connection;
    if (this.#writer === undefined || this.#writerOut !== out) {
      this.#writerOut = out;
      this.#writer = new ClassicWriter(out, this.#terms);
    }
    return this.#writer;
  }
}
