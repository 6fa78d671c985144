import type { Duplex } from "node:stream";
import type { Durability } from "../space/index.ts";
import type { ByteWriter } from "../wire/byte-writer.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import type { Peer } from "./access/peer.ts";
import type { Principal } from "./access/principal.ts";
import type { ClientView } from "./client-view.ts";
import type { ConnectionContext } from "./connection-context.ts";
import type { Conversation } from "./conversation.ts";
import type { Deadline } from "./deadlines.ts";
import type { Flushable } from "./flush-queue.ts";
import { HeldReplies } from "./held-replies.ts";
import { queuedBytes } from "./landing.ts";
import { Line, type LineUser } from "./line.ts";
import { Outgoing } from "./outgoing.ts";
import type { Quota } from "./quota.ts";
import { Dependence, type HeldBack, type ReplyGate } from "./reply-gate.ts";
import type { SlowClient } from "./slow-clients.ts";
import { Survival } from "./survival.ts";
import { Turn, type TurnTaker } from "./turns.ts";

/** With more bytes than this that the other side has not taken, its requests are read no more until it has caught up. */
export const HIGH_WATER_BYTES = 1_048_576;
const LOW_WATER_BYTES = 262_144;

/** So much goes to the socket before the turn is over. */
const MUCH_BYTES = 65_536;

/** After our last byte the other side has so long to hang up before we do. */
const LINGER_MS = 2000;

const NOTHING = new Uint8Array(0);

/** One in so many arrivals is timed, less one: a mask. */
const TIMED_MASK = 15;

/** Why a connection has to wait: any of these bits. */
const CONGESTED = 1;
const HELD = 2;
const LOGGING = 4;
const TURN_OVER = 8;
const SLOWED = 16;
/** More has come although its turn was over, or will come soon. */
const FLOODING = 32;
/** Of these, why it is not read. (Most have nothing more to send when their turn is over: to stop reading and begin again would be for nothing.) */
const UNREAD = CONGESTED | HELD | LOGGING | SLOWED | FLOODING;
/** Of these, why requests that have come are not answered either. */
const UNANSWERED = CONGESTED | LOGGING | TURN_OVER | SLOWED;

/** What a deadline of a connection is for. */
const END = 0;
const SPEED = 1;

/**
 * The plumbing between a conversation and its socket: hands received chunks to the conversation, collects what it has to say and
 * writes that once a turn, keeps the unsent bytes within bounds and closes in order.
 *
 * Modes: *open* ▶ *closing* (`close`: no more requests are read; what was said is still sent, then the other side has
 * `LINGER_MS` to hang up) ▶ *gone* (the conversation has ended). `drop` and the socket's own end lead to *gone* at once.
 *
 * But a connection that `survives` its socket stays *open* without one for its grace time: what is said is kept, and
 * `attach` gives it the socket on which the client has come back.
 */
export class Connection implements Flushable, HeldBack, LineUser, TurnTaker, SlowClient {
  /** What is known of the other end. (That of the last socket, if there were several.) */
  peer: Peer;
  /** From where it came first: what limits count it by. */
  readonly origin: string;
  #principal: Principal | undefined;
  #tokenQuota: Quota | undefined;
  readonly since = performance.now();
  bytesIn = 0;
  bytesOut = 0;
  /** When something came last; undefined before that. */
  lastReceivedAt: number | undefined;
  /** Since when it has no socket and waits for the client to come back. */
  detachedSince: number | undefined;
  /** Requests of the conversation that has ended. */
  endedOperations = 0;
  #arrivals = 0;
  /** Undefined while it waits for the client to come back, and when it has given its socket away. */
  #line: Line | undefined;
  readonly #context: ConnectionContext;
  #conversation: Conversation | undefined;
  #mode: "open" | "closing" | "gone" = "open";

  /** What is to be said this turn; while it has a writer this is in the flush queue. */
  readonly #outgoing = new Outgoing();

  /** Of a connection that survives its socket. */
  #survival: Survival | undefined;
  /** While there is no socket: when to give up. While closing: when to look again. */
  #deadline: Deadline | undefined;

  /** What is said this turn may not leave before the log has what it depends on, of all that was changed by then: bits of `Dependence`. */
  #dependence: number = Dependence.none;
  readonly #held = new HeldReplies();
  /** What was given to the socket, as the conversation counts it. */
  #said = 0;

  /** The kernel has not taken all that was written. */
  #isBehind = false;
  #pauses = 0;
  #isPaused = false;
  /** The other side will send no more, and not all that it has sent was handled. */
  #hasInputEnded = false;
  readonly #turn: Turn;
  /** The last chunk was as long as can be, so the next one may come in the same turn. */
  #hasMore = false;
  /** While closing: what had not been taken when it was last looked at. */
  #lingeringBytes = 0;

  /** `accepted`: paused. */
  constructor(accepted: Duplex, peer: Peer, context: ConnectionContext) {
    this.peer = peer;
    this.#context = context;
    this.origin = peer.name;
    this.#turn = new Turn(context.turns.clock);
    this.#line = new Line(accepted, peer.name, context.logger, this);
  }

  /** Who is there, once he was let in. */
  get principal(): Principal | undefined {
    return this.#principal;
  }

  /** What is counted for all who came in with the same token. */
  get tokenQuota(): Quota | undefined {
    return this.#tokenQuota;
  }

  /** It is known who is there, and he may come in. */
  letIn(principal: Principal, tokenQuota: Quota | undefined): void {
    this.#principal = principal;
    this.#tokenQuota = tokenQuota;
    this.#line?.widen();
  }

  /** Who speaks here, for whoever only looks; undefined before that is known. */
  get client(): ClientView | undefined {
    return this.#conversation?.client;
  }

  /** Who speaks here from now on. */
  set conversation(conversation: Conversation) {
    this.#conversation = conversation;
  }

  /** Where to write what is to be said. It is sent at the end of the turn, so not to be kept beyond the current call. */
  get out(): ByteWriter {
    this.wake();
    return this.#outgoing.writer!;
  }

  /** Says these bytes without copying them: nobody may change them any more. */
  reference(bytes: Uint8Array): void {
    this.wake();
    this.#outgoing.reference(bytes);
  }

  /** Bytes that were said and that the kernel has not taken. */
  get unsentBytes(): number {
    return this.#writtenBytes + this.#held.byteCount + this.#outgoing.byteCount;
  }

  /** Bytes that were sent and that the kernel has not taken, or that the other side has not said that it received. */
  get waitingBytes(): number {
    return Math.max(this.#writtenBytes, this.#keptBytes);
  }

  get isSlow(): boolean {
    return this.#writtenBytes > 0 || this.#keptBytes > HIGH_WATER_BYTES;
  }

  /** Another number whenever the other side has taken something. */
  get progress(): number {
    const socket = this.#line?.socket;
    const given = this.bytesOut - this.#held.byteCount + (this.#survival?.stream.kept.start ?? 0);
    return socket === undefined ? given : given - socket.writableLength - queuedBytes(socket);
  }

  get isOpen(): boolean {
    return this.#mode === "open";
  }

  /**
   * Whether no more of its requests should be answered for now: the other side is far behind, has had its turn, or is slowed. To be asked
   * before each request. The conversation is told by `resumed` when to go on. Also the place where one that takes nothing at all is dropped.
   */
  get isHeldUp(): boolean {
    if ((this.#pauses & UNANSWERED) !== 0) {
      return true;
    }
    if (this.#turn.isOver) {
      this.#endTurn();
      return true;
    }
    if (this.#outgoing.byteCount < MUCH_BYTES) {
      return false;
    }
    // More than usual for one turn: see what the kernel takes, and how long that takes (it may be the most of the turn), before the others have to wait.
    this.#turn.look();
    this.flush();
    if ((this.#pauses & UNANSWERED) === 0 && this.#mode === "open" && this.#turn.look()) {
      this.#endTurn();
    }
    return (this.#pauses & UNANSWERED) !== 0;
  }

  /** Has `flush` called at the end of the turn even if nothing was said: for a conversation with more to `fill`. */
  wake(): void {
    if (this.#outgoing.writer === undefined) {
      this.#outgoing.writer = this.#context.flushQueue.takeWriter();
      this.#context.flushQueue.add(this);
    }
  }

  /**
   * What is said until the next flush leaves only when what was changed until then, in workspaces with this durability (`undefined`: the
   * server's), is so safe.
   */
  dependsOnLog(durability: Durability | undefined): void {
    this.#dependence |= this.#context.gate!.dependenceOn(durability);
  }

  /** No more requests are answered for so many milliseconds. (If that is said again meanwhile, the first counts.) */
  slow(ms: number): void {
    if ((this.#pauses & SLOWED) === 0 && this.#mode === "open") {
      this.#pause(this.#pauses | SLOWED);
      this.#context.deadlines.add(ms, this, SPEED);
    }
  }

  /** The request that is being handled is one of those that may take long: others have their turn before the next. */
  tookLong(): void {
    this.#turn.end();
  }

  /** Stops reading (`true`) or goes on: for a conversation that cannot take more for now. */
  hold(isHeld: boolean): void {
    this.#pause(isHeld ? this.#pauses | HELD : this.#pauses & ~HELD);
  }

  flush(): void {
    try {
      this.#flush();
    } catch (error) {
      this.drop(this.#context.bug(error, "a flush"));
    }
  }

  #flush(): void {
    const conversation = this.#conversation;
    const socket = this.#line?.socket;
    if (socket !== undefined) {
      conversation?.fill();
    }
    const outgoing = this.#outgoing;
    if (outgoing.writer === undefined) {
      return;
    }
    const { flushQueue } = this.#context;
    const stream = this.#survival?.stream;
    const isWritable = socket?.writable === true;
    if (isWritable) {
      stream?.tell(outgoing.writer);
    }
    if (outgoing.byteCount > 0 && (isWritable || stream !== undefined)) {
      this.bytesOut += outgoing.byteCount;
      const said = conversation?.flushing() ?? this.#said;
      if (this.#mustWait()) {
        this.#holdBack(this.#context.gate!, said);
        return;
      }
      this.#said = said;
      this.#context.gate?.letPass();
      if (isWritable) {
        flushQueue.giveWriter(outgoing.writeTo(socket, this.#onWritten, stream?.kept));
        if (socket.writableLength > 0) {
          this.#fallenBehind();
        }
      } else {
        flushQueue.giveWriter(outgoing.keepIn(stream!.kept));
      }
    } else {
      flushQueue.giveWriter(outgoing.discard());
    }
    this.#written();
  }

  /** What was said has gone to the socket, or to what is kept for the next one. */
  #written(): void {
    if (this.#survival?.hasRoom(this.#line === undefined) === false) {
      this.#context.slowClients.drop(this, `it has not said that it received the last ${this.#keptBytes} bytes`);
      return;
    }
    if (this.#keptBytes > HIGH_WATER_BYTES && this.#line !== undefined) {
      this.#context.slowClients.hasMore(this);
    }
    if (!this.#isBehind && !this.#isBroken && this.#held.isEmpty) {
      this.#conversation?.sent(this.#said);
    }
  }

  #mustWait(): boolean {
    if (!this.#held.isEmpty) {
      return true;
    }
    if (this.#dependence === Dependence.none) {
      return false;
    }
    const gate = this.#context.gate!;
    if (!gate.isOpenFor(gate.needOf(this.#dependence))) {
      return true;
    }
    this.#dependence = Dependence.none;
    return false;
  }

  /** Puts aside what was said until the log has what it depends on, and what stands before it has left. */
  #holdBack(gate: ReplyGate, said: number): void {
    const { parts, writer } = this.#outgoing.takeParts();
    this.#context.flushQueue.giveWriter(writer);
    this.#held.add(gate.needOf(this.#dependence), said, parts);
    this.#dependence = Dependence.none;
    gate.add(this);
    if (this.#held.byteCount > HIGH_WATER_BYTES || gate.isCrowded) {
      this.#pause(this.#pauses | LOGGING);
    }
  }

  /** The log has more than before: sends what waited for that. */
  release(): void {
    const gate = this.#context.gate!;
    const parcels = this.#held.take(gate);
    if (parcels.length === 0) {
      return;
    }
    const socket = this.#line?.socket;
    const kept = this.#survival?.stream.kept;
    // (Most often there is one.)
    const parts = parcels.length === 1 ? parcels[0]!.parts : parcels.flatMap((parcel) => parcel.parts);
    if (socket?.writable === true) {
      this.#outgoing.writeParts(socket, parts, this.#onWritten, kept);
      if (socket.writableLength > 0) {
        this.#fallenBehind();
      }
    } else {
      parts.forEach((part) => kept?.reference(part));
    }
    this.#said = parcels.at(-1)!.said;
    if (this.#held.isEmpty) {
      gate.remove(this);
    }
    this.#written();
    if ((this.#pauses & LOGGING) !== 0 && this.#held.byteCount <= LOW_WATER_BYTES) {
      this.#resume(LOGGING);
    }
    if (this.#mode === "closing" && this.#held.isEmpty) {
      this.#endOutput();
    }
  }

  /** Reads no more requests, sends what was said, then closes. */
  close(): void {
    if (this.#mode !== "open") {
      return;
    }
    this.#mode = "closing";
    this.#guarded("closing", (conversation) => {
      conversation.halt();
    });
    this.#cancelDeadline();
    this.#pause(0);
    this.flush();
    if (this.#held.isEmpty) {
      this.#endOutput();
    }
  }

  /** All that was said has been given to the socket. */
  #endOutput(): void {
    const socket = this.#line?.socket;
    if (socket === undefined) {
      this.#gone();
      return;
    }
    if (this.#deadline !== undefined) {
      return;
    }
    // Closing with unread bytes would take back our last words: they are read and thrown away until the other side hangs up.
    socket.end();
    this.#lingeringBytes = socket.writableLength;
    this.#deadline = this.#context.deadlines.add(LINGER_MS, this, END);
    if (!this.#isBehind) {
      this.#endConversation();
    }
  }

  /** Closes at once, whatever was still to be sent. */
  drop(reason: string): void {
    if (this.#mode !== "gone") {
      this.#context.logger.info({ peer: this.peer.name, reason }, "connection dropped");
      this.#line?.cut();
      this.#gone();
    }
  }

  /** The server stops: those who wait are told. */
  shutDown(): void {
    this.#guarded("stopping", (conversation) => {
      conversation.shutDown();
    });
  }

  /** It has been slow for long enough. Or: the grace time is over; or the linger, unless the other side still takes what was said. */
  expire(what: number): void {
    if (what === SPEED) {
      if ((this.#pauses & SLOWED) !== 0) {
        this.#resume(SLOWED);
      }
      return;
    }
    const left = this.#writtenBytes;
    if (this.#mode === "closing" && left > 0 && left < this.#lingeringBytes) {
      this.#lingeringBytes = left;
      this.#deadline = this.#context.deadlines.add(LINGER_MS, this, END);
    } else {
      this.#line?.cut();
      this.#gone();
    }
  }

  /**
   * From here on the connection survives its socket for so long. What was said in this turn belongs to the greeting, all that follows
   * to the two streams that are counted.
   */
  survive(graceMs: number): void {
    const { maxUnsentBytes, memory } = this.#context;
    this.#survival = new Survival(graceMs, this.#outgoing.byteCount, maxUnsentBytes, memory);
  }

  get survives(): boolean {
    return this.#survival !== undefined;
  }

  /** The other side has received so many bytes. */
  acknowledged(count: number): void {
    this.#survival?.acknowledged(count);
  }

  /**
   * Whether the client can go on, here, from the point where it has received so many bytes. Returns how many of its bytes have
   * come in, which it is told; undefined: it cannot.
   */
  resumeAt(count: number): number | undefined {
    const stream = this.#survival?.stream;
    return this.#mode === "open" && stream?.canResumeAt(count) === true ? stream.toldAnew() : undefined;
  }

  /**
   * Goes on over the socket of `other`, on which all that was said is sent and which is gone afterwards; and on which the client,
   * who has `receivedCount` bytes, gets the rest. A socket that still seems to live is dropped: the client knows better.
   */
  attach(other: Connection, receivedCount: number): void {
    this.detachedSince = undefined;
    this.#hasInputEnded = false;
    this.#line?.cut();
    this.#cancelDeadline();
    this.peer = other.peer;
    const line = other.#giveAway();
    const { socket } = line;
    this.#line = line;
    line.user = this;
    line.widen();
    if (this.#isPaused) {
      socket.pause();
    }
    this.#survival!.sayAgain(socket, receivedCount);
    this.#isBehind = true;
    if (socket.writableLength > 0) {
      socket.write(NOTHING, this.#onWritten);
      this.#fallenBehind();
    } else {
      this.#onWritten();
    }
  }

  #giveAway(): Line {
    this.flush();
    const line = this.#line!;
    this.#line = undefined;
    this.#gone();
    return line;
  }

  /** Gives what was said to the socket and leaves that, paused, to somebody else: the connection is gone then. */
  letGo(): void {
    this.#giveAway().release();
  }

  /** The socket is no more: waits for the client to come back. */
  #detach({ graceMs }: Survival): void {
    this.detachedSince = performance.now();
    this.#context.logger.debug({ peer: this.peer.name, graceMs }, "waiting for the client to come back");
    this.#line?.cut();
    this.#line = undefined;
    this.#isBehind = false;
    this.#hasInputEnded = false;
    this.#context.slowClients.remove(this);
    this.#deadline = this.#context.deadlines.add(graceMs, this, END);
    // To see whether there is room for what is kept.
    this.wake();
  }

  /** Runs what goes on with the conversation later, outside of the connection's own calls. */
  attempt(where: string, act: () => void): void {
    if (this.#mode !== "gone") {
      this.#guarded(where, act);
    }
  }

  /** How much is said so far in this turn, for `unsay`. */
  get mark(): number {
    return this.#outgoing.writer?.length ?? 0;
  }

  /** Takes back what was said after the mark was read (nothing may have been flushed in between). */
  unsay(mark: number): void {
    this.#outgoing.cutBack(mark);
  }

  received(chunk: Uint8Array): void {
    const hadMore = this.#hasMore;
    this.#hasMore = chunk.length === this.#line?.mostBytes;
    if ((this.#pauses & TURN_OVER) !== 0) {
      this.#pause(this.#pauses | FLOODING);
    } else if (!hadMore) {
      this.#turn.begin();
    }
    if (this.#mode === "open") {
      this.#received(chunk);
    }
    // (Otherwise it is thrown away, a chunk in each turn: that, too, would hold the others up for as long as the other side goes on.)
    if (this.#hasMore && this.#mode !== "gone" && (this.#mode === "closing" || this.#turn.look())) {
      this.#endTurn();
    }
  }

  #received(chunk: Uint8Array): void {
    const { flushQueue, latency, tally } = this.#context;
    const arrivedAt = performance.now();
    this.lastReceivedAt = arrivedAt;
    this.bytesIn += chunk.length;
    const stream = this.#survival?.stream;
    if (stream !== undefined) {
      stream.receivedCount += chunk.length;
    }
    flushQueue.beginReceiving();
    this.#guarded("receiving", (conversation) => {
      conversation.receive(chunk);
    });
    if (stream?.mustTell === true) {
      this.wake();
    }
    flushQueue.endReceiving();
    if ((this.#arrivals++ & TIMED_MASK) === 0) {
      const ms = performance.now() - arrivedAt;
      latency.record(Math.max(1, Math.round(ms * 1000)));
      tally.handling.add(ms);
    }
  }

  #endTurn(): void {
    const flooding = this.#hasMore ? FLOODING : 0;
    this.#hasMore = false;
    this.#pause(this.#pauses | TURN_OVER | flooding);
    this.#context.turns.add(this);
  }

  /** It has another turn. */
  goOn(): void {
    if ((this.#pauses & TURN_OVER) !== 0) {
      this.#turn.begin();
      this.#resume(TURN_OVER);
    }
  }

  inputEnded(): void {
    if (this.#mode !== "open") {
      return;
    }
    if ((this.#pauses & UNANSWERED) !== 0) {
      this.#hasInputEnded = true;
      return;
    }
    if (this.#survival !== undefined) {
      this.#detach(this.#survival);
    } else {
      this.#guarded("the end of input", (conversation) => {
        conversation.inputEnded();
      });
    }
  }

  lineClosed(): void {
    if (this.#mode === "open" && this.#survival !== undefined) {
      this.#detach(this.#survival);
    } else {
      this.#gone();
    }
  }

  /** A fault of the other side, or a bug of ours outside of a request, costs this connection and nothing else. */
  #guarded(where: string, act: (conversation: Conversation) => void): void {
    try {
      if (this.#conversation !== undefined) {
        act(this.#conversation);
      }
    } catch (error) {
      if (error instanceof ProtocolFault) {
        this.#context.logger.info({ peer: this.peer.name, reason: error.message }, "protocol fault");
        this.close();
      } else {
        this.drop(this.#context.bug(error, where));
      }
    }
  }

  #fallenBehind(): void {
    this.#isBehind = true;
    const unsent = this.#writtenBytes;
    if (unsent > this.#context.maxUnsentBytes) {
      this.#context.slowClients.drop(this, `it has not taken ${unsent} bytes`);
      return;
    }
    if (unsent > HIGH_WATER_BYTES) {
      this.#pause(this.#pauses | CONGESTED);
    }
    this.#context.slowClients.hasMore(this);
  }

  /** Whether a write has failed, though nobody was told yet: what was written then does not count as taken. */
  get #isBroken(): boolean {
    const socket = this.#line?.socket;
    return socket?.errored !== null || socket.destroyed;
  }

  /** What the socket was given and has not passed on. */
  get #writtenBytes(): number {
    return this.#line?.socket.writableLength ?? 0;
  }

  /** What has to be kept until it is known to be received. */
  get #keptBytes(): number {
    return this.#survival?.stream.kept.byteCount ?? 0;
  }

  // (Node calls this without an error for writes that were under way when the socket was destroyed; and it may be that of another
  // socket than the present one.)
  readonly #onWritten = (): void => {
    if (!this.#isBehind || this.#isBroken) {
      return;
    }
    const unsent = this.#writtenBytes;
    if (unsent === 0) {
      this.#isBehind = false;
      this.#guarded("what was sent", (conversation) => {
        conversation.sent(this.#said);
      });
      if (this.#mode === "closing" && this.#held.isEmpty) {
        this.#endConversation();
      }
    }
    if (unsent <= LOW_WATER_BYTES) {
      if ((this.#pauses & CONGESTED) !== 0) {
        this.#resume(CONGESTED);
      }
      if (this.#mode !== "gone") {
        this.wake();
      }
    }
  };

  /** One of the reasons is gone for which requests were not answered. */
  #resume(reason: number): void {
    this.#pauses &= ~reason;
    if ((this.#pauses & UNANSWERED) === 0 && this.#mode === "open") {
      this.#guarded("resuming", (conversation) => {
        conversation.resumed();
      });
    }
    const isAllAnswered = (this.#pauses & UNANSWERED) === 0;
    // (Not before: what is read meanwhile would have to be kept.)
    this.#pause(isAllAnswered ? this.#pauses & ~FLOODING : this.#pauses);
    if (isAllAnswered && this.#hasInputEnded) {
      this.#hasInputEnded = false;
      this.inputEnded();
    }
  }

  #pause(pauses: number): void {
    this.#pauses = pauses;
    const mustPause = (pauses & UNREAD) !== 0;
    if (mustPause !== this.#isPaused) {
      this.#isPaused = mustPause;
      const socket = this.#line?.socket;
      if (mustPause) {
        socket?.pause();
      } else {
        socket?.resume();
      }
    }
  }

  #gone(): void {
    if (this.#mode === "gone") {
      return;
    }
    this.#mode = "gone";
    this.#held.clear();
    this.#context.gate?.remove(this);
    this.#context.turns.remove(this);
    this.#context.slowClients.remove(this);
    this.#cancelDeadline();
    this.#survival?.end();
    this.#endConversation();
    this.#context.closed(this);
  }

  #cancelDeadline(): void {
    if (this.#deadline !== undefined) {
      this.#context.deadlines.cancel(this.#deadline);
      this.#deadline = undefined;
    }
  }

  #endConversation(): void {
    const conversation = this.#conversation;
    this.endedOperations += conversation?.client?.operations ?? 0;
    this.#conversation = undefined;
    try {
      conversation?.end();
    } catch (error) {
      this.#context.bug(error, "the end of a session");
    }
  }
}
