import type { Duplex } from "node:stream";
import type { ByteWriter } from "../wire/byte-writer.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import type { Conversation } from "./conversation.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import type { FlushQueue, Flushable } from "./flush-queue.ts";
import { readLanding } from "./landing.ts";
import type { Logger } from "./logger.ts";
import { Outgoing } from "./outgoing.ts";

/** With more bytes than this that the other side has not taken, its requests are read no more until it has caught up. */
export const HIGH_WATER_BYTES = 1_048_576;
const LOW_WATER_BYTES = 262_144;

/** After our last byte the other side has so long to hang up before we do. */
const LINGER_MS = 2000;

/** Why a connection is not read: any of these bits. */
const CONGESTED = 1;
const HELD = 2;

/** What a connection needs of the server. */
export interface ConnectionContext {
  readonly flushQueue: FlushQueue;
  readonly deadlines: Deadlines;
  readonly logger: Logger;
  readonly maxUnsentBytes: number;
  /** Logs an exception that nobody expected and returns the sentence that the client gets. */
  bug(error: unknown, where: string): string;
  /** The connection is gone. */
  closed(connection: Connection): void;
  /** Whole microseconds, at least 1, from the arrival of some bytes until what is to be said to them was given to the socket. */
  readonly latency: { record(microseconds: number): void };
}

/** One in so many arrivals is timed, less one: a mask. */
const TIMED_MASK = 15;

/**
 * The plumbing of one socket (or what a WebSocket makes of one): hands received chunks to the conversation, collects what it has to say and writes that once a
 * turn, keeps the unsent bytes within bounds and closes in order.
 *
 * Modes: *open* ▶ *closing* (`close`: no more requests are read; what was said is still sent, then the other side has
 * `LINGER_MS` to hang up) ▶ *gone* (the conversation has ended). `drop` and the socket's own end lead to *gone* at once.
 */
export class Connection implements Flushable {
  readonly peer: string;
  readonly since = performance.now();
  bytesIn = 0;
  bytesOut = 0;
  /** When something came last; undefined before that. */
  lastReceivedAt: number | undefined;
  #arrivals = 0;
  readonly #socket: Duplex;
  readonly #context: ConnectionContext;
  #conversation: Conversation | undefined;
  #mode: "open" | "closing" | "gone" = "open";

  /** What is to be said this turn; while it has a writer this is in the flush queue. */
  readonly #outgoing = new Outgoing();

  /** The kernel has not taken all that was written. */
  #isBehind = false;
  #pauses = 0;
  /** While closing: what had not been taken when it was last looked at, and when to look again. */
  #lingeringBytes = 0;
  #linger: Deadline | undefined;

  /** `accepted`: paused. */
  constructor(accepted: Duplex, peer: string, context: ConnectionContext) {
    const socket = readLanding(accepted, (chunk) => {
      this.#receive(chunk);
    });
    this.#socket = socket;
    this.peer = peer;
    this.#context = context;
    socket.on("end", () => {
      this.#inputEnded();
    });
    socket.on("error", (error) => {
      context.logger.debug({ peer, err: error }, "connection broken");
    });
    socket.on("close", () => {
      this.#gone();
    });
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
    return this.#socket.writableLength + this.#outgoing.byteCount;
  }

  get isOpen(): boolean {
    return this.#mode === "open";
  }

  /**
   * Whether the other side is so far behind that no more of its requests should be answered for now. The conversation is
   * told by `resumed` when to go on. Also the place where one that takes nothing at all is dropped.
   */
  get isCongested(): boolean {
    if ((this.#pauses & CONGESTED) !== 0) {
      return true;
    }
    if (this.#outgoing.byteCount < HIGH_WATER_BYTES) {
      return false;
    }
    // More than usual for one turn: see what the kernel takes before the others have to wait.
    this.flush();
    return (this.#pauses & CONGESTED) !== 0;
  }

  /** Has `flush` called at the end of the turn even if nothing was said: for a conversation with more to `fill`. */
  wake(): void {
    if (this.#outgoing.writer === undefined) {
      this.#outgoing.writer = this.#context.flushQueue.takeWriter();
      this.#context.flushQueue.add(this);
    }
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
    conversation?.fill();
    const outgoing = this.#outgoing;
    if (outgoing.writer === undefined) {
      return;
    }
    const socket = this.#socket;
    if (outgoing.byteCount > 0 && socket.writable) {
      conversation?.flushing();
      this.bytesOut += outgoing.byteCount;
      this.#context.flushQueue.giveWriter(outgoing.writeTo(socket, this.#onWritten));
      if (socket.writableLength > 0) {
        this.#fallenBehind();
      }
    } else {
      this.#context.flushQueue.giveWriter(outgoing.discard());
    }
    if (!this.#isBehind && !this.#isBroken) {
      conversation?.sent();
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
    this.#pause(0);
    this.flush();
    // Closing with unread bytes would take back our last words: they are read and thrown away until the other side hangs up.
    this.#socket.end();
    this.#lingeringBytes = this.#socket.writableLength;
    this.#linger = this.#context.deadlines.add(LINGER_MS, this, 0);
    if (!this.#isBehind) {
      this.#endConversation();
    }
  }

  /** Closes at once, whatever was still to be sent. */
  drop(reason: string): void {
    if (this.#mode !== "gone") {
      this.#context.logger.info({ peer: this.peer, reason }, "connection dropped");
      this.#socket.destroy();
      this.#gone();
    }
  }

  /** The linger is over, unless the other side still takes what was said. */
  expire(): void {
    const left = this.#socket.writableLength;
    if (left > 0 && left < this.#lingeringBytes) {
      this.#lingeringBytes = left;
      this.#linger = this.#context.deadlines.add(LINGER_MS, this, 0);
    } else {
      this.#socket.destroy();
      this.#gone();
    }
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

  #receive(chunk: Uint8Array): void {
    if (this.#mode !== "open") {
      return;
    }
    const { flushQueue, latency } = this.#context;
    const arrivedAt = performance.now();
    this.lastReceivedAt = arrivedAt;
    this.bytesIn += chunk.length;
    flushQueue.beginReceiving();
    this.#guarded("receiving", (conversation) => {
      conversation.receive(chunk);
    });
    flushQueue.endReceiving();
    if ((this.#arrivals++ & TIMED_MASK) === 0) {
      latency.record(Math.max(1, Math.round((performance.now() - arrivedAt) * 1000)));
    }
  }

  #inputEnded(): void {
    if (this.#mode === "open") {
      this.#guarded("the end of input", (conversation) => {
        conversation.inputEnded();
      });
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
        this.#context.logger.info({ peer: this.peer, reason: error.message }, "protocol fault");
        this.close();
      } else {
        this.drop(this.#context.bug(error, where));
      }
    }
  }

  #fallenBehind(): void {
    this.#isBehind = true;
    const unsent = this.#socket.writableLength;
    if (unsent > this.#context.maxUnsentBytes) {
      this.drop(`it has not taken ${unsent} bytes`);
    } else if (unsent > HIGH_WATER_BYTES) {
      this.#pause(this.#pauses | CONGESTED);
    }
  }

  /** Whether a write has failed, though nobody was told yet: what was written then does not count as taken. */
  get #isBroken(): boolean {
    return this.#socket.errored !== null || this.#socket.destroyed;
  }

  // (Node calls this without an error for writes that were under way when the socket was destroyed.)
  readonly #onWritten = (): void => {
    if (!this.#isBehind || this.#isBroken) {
      return;
    }
    const unsent = this.#socket.writableLength;
    if (unsent === 0) {
      this.#isBehind = false;
      this.#guarded("what was sent", (conversation) => {
        conversation.sent();
      });
      if (this.#mode === "closing") {
        this.#endConversation();
      }
    }
    if (unsent <= LOW_WATER_BYTES) {
      if ((this.#pauses & CONGESTED) !== 0) {
        this.#pause(this.#pauses & ~CONGESTED);
        this.#guarded("resuming", (conversation) => {
          conversation.resumed();
        });
      }
      if (this.#mode !== "gone") {
        this.wake();
      }
    }
  };

  #pause(pauses: number): void {
    const was = this.#pauses;
    this.#pauses = pauses;
    if (was === 0 && pauses !== 0) {
      this.#socket.pause();
    } else if (was !== 0 && pauses === 0) {
      this.#socket.resume();
    }
  }

  #gone(): void {
    if (this.#mode === "gone") {
      return;
    }
    this.#mode = "gone";
    if (this.#linger !== undefined) {
      this.#context.deadlines.cancel(this.#linger);
    }
    this.#endConversation();
    this.#context.closed(this);
  }

  #endConversation(): void {
    const conversation = this.#conversation;
    this.#conversation = undefined;
    try {
      conversation?.end();
    } catch (error) {
      this.#context.bug(error, "the end of a session");
    }
  }
}
