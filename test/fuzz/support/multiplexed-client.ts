import { byteString, fields, frame, negotiation, replies, verbs } from "../../conformance/hostile/frames.ts";
import { concat } from "../engine/mutate.ts";
import type { FuzzSocket } from "./fuzz-socket.ts";

/** Verbs that are no requests: they have no answer of their own. */
const unanswered = new Set<number>([verbs.name, verbs.confirm, verbs.cancel, verbs.chunk, verbs.credit, 37, 40]);
const RESUME = 36;
const RECEIVED = 72;
const RESUMED = 71;
const MORE = 8;
const CHUNKED = 16;
const HEAD_BYTES = 9;

/**
 * A session of the multiplexed protocol, over one connection after the other: notes what was asked, and holds the answers against it. Written
 * from docs/protocol.md. What it sends may be anything; that it comes back where it was is as it should be.
 */
export class MultiplexedClient {
  socket: FuzzSocket;
  readonly #graceMs: number;
  /** Frames that were asked with each number, less those that were answered. */
  readonly #open = new Map<number, number>();
  /** Of answers under way in chunks: the bytes that are to come. */
  readonly #chunks = new Map<number, number>();
  #bytes = Buffer.alloc(0);
  #identity: Buffer | undefined;
  /** What was sent behind the greeting. */
  #stream: Uint8Array[] = [];
  #receivedCount = 0;
  #state: "offer" | "greeting" | "frames" = "offer";
  /** It has sent what is no frame: what it asked cannot be known any more. */
  #isOutOfStep = false;
  #isOver = false;

  /** `graceMs`: for how long it wants to survive its connection. */
  constructor(socket: FuzzSocket, graceMs: number) {
    this.socket = socket;
    this.#graceMs = graceMs;
    socket.send(negotiation);
    socket.send(frame(0, verbs.hello, fields([1, 1], [4, graceMs]), byteString("fuzz")));
  }

  /** (A method: it may be another answer after each turn.) */
  isOpen(): boolean {
    return this.#state === "frames" && !this.#isOver && !this.socket.isEnded;
  }

  sendFrame(request: number, verb: number, content: Uint8Array): void {
    if (!unanswered.has(verb)) {
      this.#open.set(request, (this.#open.get(request) ?? 0) + 1);
    }
    this.#send(frame(request, verb, content));
  }

  /** Bytes that are not, or may not be, frames. */
  sendRaw(bytes: Uint8Array): void {
    this.#isOutOfStep = true;
    this.#send(bytes);
  }

  /** Goes on over another connection, whatever has become of this one. */
  resume(socket: FuzzSocket): void {
    this.socket.destroy();
    this.socket = socket;
    this.#state = "offer";
    // What has come of a frame does not count, and comes again.
    this.#bytes = Buffer.alloc(0);
    socket.send(negotiation);
    socket.send(frame(0, RESUME, this.#identity ?? fields([2, 0], [2, 0]), fields([8, this.#receivedCount])));
  }

  get canResume(): boolean {
    return this.#identity !== undefined && this.#graceMs > 0 && !this.#isOver;
  }

  /** Reads what has come. Returns whether anything had. Throws at what should not. */
  read(): boolean {
    const received = this.socket.takeReceived();
    this.#bytes = Buffer.concat([this.#bytes, received]);
    if (this.#state === "offer") {
      const end = this.#bytes.indexOf("A000");
      if (end < 0) {
        return false;
      }
      this.#bytes = this.#bytes.subarray(end + 4);
      this.#state = "greeting";
    }
    while (this.#bytes.length >= HEAD_BYTES && this.#bytes.length >= 4 + this.#bytes.readUInt32BE(0)) {
      const end = 4 + this.#bytes.readUInt32BE(0);
      const whole = this.#bytes.subarray(0, end);
      this.#bytes = this.#bytes.subarray(end);
      if (this.#state === "greeting") {
        this.#greeted(whole[8]!, whole.subarray(HEAD_BYTES));
      } else {
        this.#receivedCount += end;
        this.#frame(whole.readUInt32BE(4), whole[8]!, whole.subarray(HEAD_BYTES));
      }
    }
    return received.length > 0;
  }

  /** How many requests have no answer yet, those apart whose answers are under way in chunks. */
  get unanswered(): number[] {
    return [...this.#open]
      .filter(([request, count]) => count > 0 && !this.#chunks.has(request))
      .map(([request]) => request);
  }

  /** Whether it is known what was asked. */
  get isInStep(): boolean {
    return !this.#isOutOfStep;
  }

  #send(bytes: Uint8Array): void {
    this.#stream.push(bytes);
    if (this.#state === "frames") {
      this.socket.send(bytes);
    }
  }

  #greeted(verb: number, body: Buffer): void {
    if (verb === replies.welcome) {
      const idEnd = 13 + 2 + body.readUInt16BE(13);
      this.#identity = body.subarray(13, idEnd + 2 + body.readUInt16BE(idEnd));
      this.#state = "frames";
      this.socket.send(concat(this.#stream));
    } else if (verb === RESUMED) {
      this.#state = "frames";
      this.socket.send(concat(this.#stream).subarray(Number(body.readBigUInt64BE(0))));
    } else if (verb === replies.failed) {
      this.#isOver = true;
    } else {
      throw new Error(`the greeting is answered with verb ${verb}`);
    }
  }

  #frame(request: number, verb: number, body: Buffer): void {
    switch (verb) {
      case replies.done:
      case replies.none:
      case replies.failed:
        if (this.#chunks.delete(request)) {
          return; // The rest was cancelled.
        }
        this.#answered(request, verb);
        break;
      case replies.value:
        this.#value(request, body);
        break;
      case replies.chunk:
        this.#chunk(request, body.length);
        break;
      case replies.credit:
      case RECEIVED:
        break;
      case 73:
        this.#isOver = true;
        break;
      default:
        throw new Error(`a frame with verb ${verb}`);
    }
  }

  #value(request: number, body: Buffer): void {
    const flags = body[0]!;
    const at = 1 + ((flags & 1) !== 0 ? 8 : 0) + ((flags & 2) !== 0 ? 12 : 0) + ((flags & 4) !== 0 ? 16 : 0);
    if ((flags & CHUNKED) !== 0) {
      this.#chunks.set(request, Number(body.readBigUInt64BE(at)));
    }
    if ((flags & MORE) === 0) {
      this.#answered(request, replies.value);
    } else if (!this.#isOutOfStep && (this.#open.get(request) ?? 0) === 0) {
      throw new Error(`a value for request ${request}, which is not open`);
    }
  }

  #chunk(request: number, length: number): void {
    const left = (this.#chunks.get(request) ?? -1) - length;
    if (left < 0) {
      throw new Error(`a chunk of ${length} bytes that nobody waits for, for request ${request}`);
    }
    if (left === 0) {
      this.#chunks.delete(request);
    } else {
      this.#chunks.set(request, left);
    }
  }

  #answered(request: number, verb: number): void {
    const open = this.#open.get(request) ?? 0;
    if (open === 0 && !this.#isOutOfStep) {
      throw new Error(`request ${request} is answered (with verb ${verb}) though nobody waits for that`);
    }
    this.#open.set(request, open - 1);
  }
}
