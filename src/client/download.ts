import type { NwsError } from "./errors.ts";
import { GrowingBytes } from "../wire/growing-bytes.ts";
import { WINDOW_BYTES } from "../wire/verbs.ts";

/** What a sink can ask of the one that feeds it. Calls that come too late do nothing. */
export interface StreamControl {
  /** `count` more bytes have been consumed: as many may be sent. */
  grant(count: number): void;
  /** The sink cannot go on: the operation fails with this error, and the value stays where it was. */
  giveUp(error: NwsError): void;
}

/** Takes a value piece by piece. At most `WINDOW_BYTES` are on the way beyond what was granted. */
export interface StreamSink {
  begin(length: number, control: StreamControl, descriptor: number): void;
  /** The next bytes: the sink may keep them. */
  push(bytes: Uint8Array<ArrayBuffer>): void;
  /** The operation failed meanwhile (aborted, connection lost): no more will come. */
  fail(error: Error): void;
}

/** Takes values as they travel, those in chunks piece by piece. */
export interface RawSink extends StreamSink {
  /** A value that came whole: bytes `[start, end)`, which the sink may not keep. */
  value(descriptor: number, bytes: Uint8Array, start: number, end: number): void;
}

/** Below this much consumed, credit is not worth a frame. */
const CREDIT_BYTES = WINDOW_BYTES / 4;

/** What a `value` frame says, apart from the bytes. Numbers that it does not have are 0. */
export interface ValueHead {
  readonly booking: number;
  readonly lease: number;
  /** How often a leased value was given out, this time included. */
  readonly deliveries: number;
  /** When this came, if it has a lease. */
  readonly arrivedAt: number;
  readonly variableId: number;
  readonly index: number;
  readonly hasMore: boolean;
  readonly descriptor: number;
}

/** A value that comes in chunks: collected in memory, or handed on to a sink. */
export class Download {
  readonly head: ValueHead;
  readonly length: number;
  readonly sink: StreamSink | undefined;
  readonly #bytes = new GrowingBytes();
  #receivedCount = 0;
  #consumedCount = 0;
  /** The bytes are of no use any more; they are let pass until the last one. */
  isDiscarded = false;

  constructor(head: ValueHead, length: number, sink: StreamSink | undefined) {
    this.head = head;
    this.length = length;
    this.sink = sink;
  }

  get isComplete(): boolean {
    return this.#receivedCount === this.length;
  }

  /** Takes a chunk. False: the server has sent more than it announced. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const count = end - start;
    this.#receivedCount += count;
    if (this.#receivedCount > this.length) {
      return false;
    }
    if (this.isDiscarded) {
      this.#consumedCount += count;
    } else if (this.sink === undefined) {
      this.#bytes.add(bytes, start, end, this.length);
      this.#consumedCount += count;
    } else {
      this.sink.push(bytes.slice(start, end));
    }
    return true;
  }

  consumed(count: number): void {
    this.#consumedCount += count;
  }

  /** How much credit to give now: 0 when it is not worth it. The credit is the answer's: what follows this value needs the rest. */
  takeCredit(): number {
    const count = this.#consumedCount;
    if (this.isComplete ? !this.head.hasMore : count < CREDIT_BYTES) {
      return 0;
    }
    this.#consumedCount = 0;
    return count;
  }

  takeBytes(): Uint8Array {
    return this.#bytes.take();
  }
}
