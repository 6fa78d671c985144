import { readU16, readU64, utf8OrLatin1 } from "../wire/bytes.ts";
import { ByteWriter } from "../wire/byte-writer.ts";
import type { Dictionary } from "../wire/dictionary.ts";
import { writeResume } from "../wire/client-frames.ts";
import { failureName } from "../wire/failure-codes.ts";
import { FirstFrame } from "../wire/first-frame.ts";
import { FrameReader, type FrameSink } from "../wire/frame-reader.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import { ResumableStream } from "../wire/resumable-stream.ts";
import { Reply, Verb } from "../wire/verbs.ts";
import { Comeback, type ComebackUser } from "./comeback.ts";
import type { ErrorCode } from "./error-code.ts";
import { type ConnectionEnd, Line, type LineUser } from "./line.ts";
import type { SessionIdentity } from "./outcomes.ts";
import type { ReconnectPolicy } from "./reconnect.ts";
import type { Dialer } from "./transport.ts";

/** With more than this not yet taken by the network, what is to be sent waits here. */
const HIGH_WATER_BYTES = 1_048_576;

/** A buffer that grew beyond this is not kept. */
const KEPT_BYTES = 1_048_576;

const WRITER_BYTES = 32_768;

export interface ConnectionUser {
  /** What was in the writer has been handed over: room for chunks. */
  flushed(): void;
  /** All frames of what came in at once have been given. */
  receivedAll(): void;
  /** The first `length` bytes are frames that go out now, whole ones but for a last head of a chunk. */
  leaving(bytes: Uint8Array, length: number): void;
  /** The server is another run, and knows the session: writes `regain`. */
  regain(out: ByteWriter): void;
  /** It has been told so: whatever is under way is to be written anew. */
  restored(): void;
  /** The program ends now: last chance to write. */
  exiting(): void;
  /** The network has failed; the connection tries to get to the server again, and everything waits. */
  disconnected(reason: string): void;
  reconnected(): void;
  /** It is over, for good. */
  ended(end: ConnectionEnd): void;
}

/**
 * A session's connection: frames both ways. Whoever has something to say writes it into `writer` and calls `wake`: all of a turn
 * leaves in one write. Before the server has said that it speaks frames, while the network is behind, and while there is
 * none, it waits in `writer`.
 *
 * It may consist of several lines, one after the other: bytes that the server has not received are sent again over the next one,
 * as are those that this side has not, so that nobody above notices (docs/protocol.md, "When a connection breaks").
 */
export class Connection implements LineUser, ComebackUser {
  readonly writer = new ByteWriter(WRITER_BYTES);
  readonly #dialer: Dialer;
  readonly #user: ConnectionUser;
  readonly #sink: FrameSink;
  #reader: FrameReader;
  /** Undefined between two attempts to come back, and when it is over. */
  #line: Line | undefined;
  #offer: Dictionary | undefined;
  /** What is in `writer` may be sent. */
  #isOpen = false;
  #isOver = false;
  #isAwake = false;
  #isHeld = true;
  /** Of a session that is to outlive its line. */
  #stream: ResumableStream | undefined;
  #identity: SessionIdentity | undefined;
  #comeback: Comeback | undefined;
  /** The answer to `resume`, while it is awaited. */
  #answer: FirstFrame | undefined;

  constructor(dialer: Dialer, user: ConnectionUser, sink: FrameSink) {
    this.#dialer = dialer;
    this.#user = user;
    this.#sink = sink;
    this.#reader = new FrameReader(sink);
    this.#line = new Line(dialer, this);
  }

  /** The options that the server has offered; undefined before the end of the first handshake. */
  get offer(): Dictionary | undefined {
    return (this.#offer ??= this.#line?.offer);
  }

  /** A write is coming in this turn. */
  get isAwake(): boolean {
    return this.#isAwake;
  }

  /** There is something in `writer`, whether or not a write is coming. */
  get hasUnsent(): boolean {
    return this.writer.length > 0;
  }

  get bufferedBytes(): number {
    return this.#line?.transport.bufferedBytes ?? 0;
  }

  /** Whether the session outlives its line, as far as is known. */
  get survives(): boolean {
    return this.#stream !== undefined;
  }

  /** `hello` has been written, which asks for a grace time: what is written from here on may have to be sent again. */
  beginStream(): void {
    this.#stream = new ResumableStream(this.writer.length, Verb.received);
  }

  /** The server has greeted the session, with a frame of so many bytes, and grants it so long a life without a line. */
  greeted(
    greetingBytes: number,
    identity: SessionIdentity,
    policy: ReconnectPolicy | undefined,
    graceMs: number,
  ): void {
    if (this.#stream === undefined || policy === undefined || graceMs === 0) {
      this.#stream = undefined;
      return;
    }
    this.#stream.receivedCount -= greetingBytes;
    this.#stream.kept.release(0);
    this.#identity = identity;
    this.#comeback = new Comeback(this.#dialer, policy, graceMs, this);
    this.#comeback.hold(this.#isHeld);
  }

  /** The server has received so many bytes. */
  acknowledged(count: number): void {
    if (this.#stream !== undefined) {
      if (count > this.#stream.kept.end) {
        throw new ProtocolFault(`${count} bytes are said to be received, but only ${this.#stream.kept.end} were sent`);
      }
      this.#stream.kept.release(count);
    }
  }

  /** There is something in `writer`. */
  wake(): void {
    if (!this.#isAwake) {
      this.#isAwake = true;
      this.#dialer.soon(this.flush);
    }
  }

  /** Writes at once what there is, as far as the network takes it. */
  readonly flush = (): void => {
    this.#isAwake = false;
    if (!this.#isOpen || this.bufferedBytes > HIGH_WATER_BYTES) {
      return;
    }
    if (this.writer.length > 0) {
      this.#stream?.tell(this.writer);
    }
    this.#push();
    this.#user.flushed();
  };

  /** Bytes that go out as they lie, behind what is in `writer`: they must not change until the server has them. */
  sendBehind(bytes: Uint8Array<ArrayBuffer>): void {
    this.#push();
    this.#line!.transport.send(bytes, bytes.length);
    this.#stream?.kept.reference(bytes);
  }

  cork(): void {
    this.#line?.transport.cork();
  }

  uncork(): void {
    this.#push();
    this.#line?.transport.uncork();
  }

  ref(): void {
    this.#hold(true);
  }

  unref(): void {
    this.#hold(false);
  }

  /** The session is being closed: if there is no line one more attempt is made to get one, at once. */
  leave(): void {
    this.#comeback?.leave();
  }

  /** Ends it after what was sent; `ended` is not called any more. */
  close(): void {
    this.#over()?.close();
  }

  /** Ends it without waiting for anything, though what is in `writer` still leaves; `ended` is not called any more. */
  abort(): void {
    this.unref();
    this.flush();
    if (this.survives && this.#isOpen) {
      this.close();
    } else {
      this.destroy();
    }
  }

  /** Ends it at once; `ended` is not called any more. */
  destroy(): void {
    this.#over()?.destroy();
  }

  /** Ends it at once, and tells the user so. */
  fail(code: ErrorCode, reason: string, cause: unknown): void {
    if (!this.#isOver) {
      this.destroy();
      this.#user.ended({ code, reason, cause });
    }
  }

  lineOpened(line: Line): void {
    if (this.#comeback?.isAway === true) {
      this.#resume(line);
    } else {
      this.#isOpen = true;
      this.flush();
    }
  }

  lineReceived(bytes: Uint8Array): void {
    try {
      const rest = this.#answer === undefined ? bytes : this.#readAnswer(this.#answer, bytes);
      if (rest === undefined || this.#isOver) {
        return;
      }
      const stream = this.#stream;
      if (stream !== undefined) {
        stream.receivedCount += rest.length;
        if (stream.mustTell) {
          stream.tell(this.writer);
          this.wake();
        }
      }
      this.#reader.push(rest);
    } catch (error) {
      this.fail("connection_lost", `the server does not keep to the protocol: ${(error as Error).message}`, error);
      return;
    }
    this.#user.receivedAll();
  }

  lineDrained(): void {
    this.flush();
  }

  lineExiting(): void {
    this.#user.exiting();
    this.flush();
  }

  lineEnded(end: ConnectionEnd): void {
    this.#line = undefined;
    this.#isOpen = false;
    this.#answer = undefined;
    const comeback = this.#comeback;
    if (comeback === undefined) {
      this.#over();
      this.#user.ended(end);
    } else if (comeback.isAway && end.code === "not_authenticated") {
      // Nothing becomes better by another attempt.
      this.fail("connection_lost", end.reason, end.cause);
    } else if (comeback.isAway) {
      comeback.attemptFailed(end.reason);
    } else {
      comeback.begin(end.reason);
      this.#user.disconnected(end.reason);
    }
  }

  dialAgain(): void {
    const line = new Line(this.#dialer, this);
    this.#line = line;
    if (!this.#isHeld) {
      line.transport.unref();
    }
  }

  giveUpAttempt(reason: string): void {
    this.#line?.giveUp("connection_lost", reason, undefined);
  }

  cameTooLate(reason: string): void {
    this.fail("connection_lost", reason, undefined);
  }

  /** Asks to go on with the session over a new line. */
  #resume(line: Line): void {
    const { id, secret } = this.#identity!;
    const out = new ByteWriter(256);
    writeResume(out, 0, id, secret, this.#stream!.toldAnew());
    const bytes = out.take();
    this.#answer = new FirstFrame();
    line.transport.send(bytes, bytes.length);
  }

  /** Reads the answer to `resume`. Returns what follows it; undefined: it is not complete, or it is a refusal. */
  #readAnswer(answer: FirstFrame, chunk: Uint8Array): Uint8Array | undefined {
    const at = answer.push(chunk);
    if (at < 0) {
      return undefined;
    }
    const { bytes, start, end } = answer;
    this.#answer = undefined;
    if (answer.verb === Reply.resumed && end - start >= 8) {
      this.#resumed(readU64(bytes, start));
      return chunk.subarray(at);
    }
    if (answer.verb === Reply.restored) {
      this.#restored();
      return chunk.subarray(at);
    }
    if (answer.verb === Reply.failed && end - start >= 2) {
      this.fail(failureName(readU16(bytes, start)) ?? "session_lost", utf8OrLatin1(bytes, start + 2, end), undefined);
      return undefined;
    }
    throw new ProtocolFault(`verb ${answer.verb} for an answer to resume`);
  }

  /** The server goes on, and has received so many bytes: the rest is sent again. */
  #resumed(receivedCount: number): void {
    const stream = this.#stream!;
    if (!stream.canResumeAt(receivedCount)) {
      throw new ProtocolFault(`${receivedCount} bytes are said to be received`);
    }
    const { kept } = stream;
    const { transport } = this.#line!;
    kept.release(receivedCount);
    transport.cork();
    for (const piece of kept.pieces()) {
      transport.send(piece as Uint8Array<ArrayBuffer>, piece.length);
    }
    this.#isOpen = true;
    this.flush();
    transport.uncork();
    this.#comeback!.succeeded();
    this.#user.reconnected();
  }

  /** The server is another run, which knows the session but nothing of the two streams: they begin anew. */
  #restored(): void {
    const { transport } = this.#line!;
    const out = new ByteWriter(256);
    this.#user.regain(out);
    const bytes = out.take();
    this.#stream = new ResumableStream(0, Verb.received);
    this.#reader = new FrameReader(this.#sink);
    this.#user.restored();
    transport.cork();
    transport.send(bytes, bytes.length);
    this.#isOpen = true;
    this.flush();
    transport.uncork();
    this.#comeback!.succeeded();
    this.#user.reconnected();
  }

  #push(): void {
    const { writer } = this;
    if (writer.length === 0) {
      return;
    }
    const stream = this.#stream;
    this.#user.leaving(writer.bytes, writer.length);
    const isGone = this.#line!.transport.send(writer.bytes, writer.length);
    if (isGone && writer.bytes.length <= KEPT_BYTES) {
      stream?.kept.copy(writer.bytes.subarray(0, writer.length));
      writer.clear();
    } else {
      const bytes = writer.take();
      stream?.kept.reference(bytes);
    }
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#comeback?.hold(isHeld);
    if (isHeld) {
      this.#line?.transport.ref();
    } else {
      this.#line?.transport.unref();
    }
  }

  /** Nothing goes any more. Returns the line that is left to be ended. */
  #over(): Line | undefined {
    const line = this.#line;
    this.#line = undefined;
    this.#isOver = true;
    this.#isOpen = false;
    this.#comeback?.stop();
    this.#stream = undefined;
    return line;
  }
}
