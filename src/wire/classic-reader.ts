import { latin1 } from "./bytes.ts";
import { DecimalField } from "./decimal-field.ts";
import { DictionaryReader, type Dictionary } from "./dictionary.ts";
import type { FailureName } from "./failure-codes.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { borrowCopy, giveBack } from "./spare-buffers.ts";

/** Where the value stands among the arguments of `store`, and how many those are. */
const VALUE_ARGUMENT = 4;
const STORE_ARGUMENTS = 5;

export interface ClassicReaderOptions {
  /** Every request is preceded by a dictionary. */
  readonly metadataIn: boolean;
  /** A value to store that is longer comes in pieces (`large`, `data`…, `end`), never whole. */
  readonly longValueBytes: number;
  /** Most arguments of a request. */
  readonly maxArguments: number;
  /** Most bytes of an argument (not of a value to store). */
  readonly maxArgumentBytes: number;
  /** Most bytes of a value to store. */
  readonly maxValueBytes: number;
}

/** A request that the server is to answer with this failure, in the shape of its verb. */
export interface ClassicRefusal {
  readonly code: FailureName;
  readonly message: string;
}

/** Bytes `[start, end)`: of a received chunk (copy what you keep), or the whole of a buffer that is the receiver's own. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface ClassicRequest {
  readonly kind: "request";
  readonly metadata: Dictionary | undefined;
  /**
   * The arguments as byte strings, the verb first; without the value of a well-formed `store` (its fifth), which is
   * `value`. Empty when the request had none, or a verb over the limit; of a refused request, those before the refusal.
   */
  readonly args: readonly string[];
  /** Set for a `store` with five arguments that was not refused. */
  readonly value: ByteRange | undefined;
  /** Set when the request is over a limit. Its bytes were skipped: the stream is in step. */
  readonly refused: ClassicRefusal | undefined;
}

/** A `store` of a long value: `args` are its first four arguments; `data` events with `length` bytes follow, then `end`. */
export interface LargeStore {
  readonly kind: "large";
  readonly metadata: Dictionary | undefined;
  readonly args: readonly string[];
  readonly length: number;
}

/** The next bytes of the long value: a view into a received chunk. */
export interface LargeData {
  readonly kind: "data";
  readonly bytes: Uint8Array;
}

export interface LargeEnd {
  readonly kind: "end";
}

export type ClassicEvent = ClassicRequest | LargeStore | LargeData | LargeEnd;

const LARGE_END: LargeEnd = { kind: "end" };
const NOTHING = new Uint8Array(0);

/**
 * Cuts received bytes into classic requests. It is asked for one event at a time, so that a connection can stop in
 * the middle of a chunk (a request that waits) and go on later.
 *
 * Linear in the bytes, however they are cut. Of an incomplete request it keeps what has arrived, never room for what is
 * announced; of one over a limit nothing at all. Throws ProtocolFault at a number that is not decimal, or a
 * dictionary over its limits: then the connection is to be closed.
 *
 * What comes next in the stream (`#next`): `metadata`; `count`, of arguments; `length`, of an argument; `argument` and
 * `value`, collected; `skipped`, an argument's bytes that nobody wants; `large`, the bytes of a long value; `complete`,
 * nothing: the request can be handed out.
 */
export class ClassicReader {
  readonly #options: ClassicReaderOptions;
  readonly #start: "metadata" | "count";
  #next: "metadata" | "count" | "length" | "argument" | "value" | "skipped" | "large" | "complete";

  /** Received and not yet read: `#chunk` from `#at`, then `#waiting` from `#waitingAt`. */
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  readonly #waiting: Uint8Array[] = [];
  #waitingAt = 0;
  /** Whether `#chunk` is a copy of our own; those before this in `#waiting` are. */
  #isCopied = false;
  #copiedEnd = 0;

  readonly #dictionary = new DictionaryReader();
  readonly #count = new DecimalField(4);
  readonly #length = new DecimalField(20);
  readonly #collected = new GrowingBytes();

  // The request being read.
  #metadata: Dictionary | undefined;
  #args: string[] = [];
  #argCount = 0;
  #argsLeft = 0;
  #value: ByteRange | undefined;
  #refused: ClassicRefusal | undefined;
  /** Of the argument being read: its length, and how many bytes are still to come. */
  #argBytes = 0;
  #bytesLeft = 0;

  constructor(options: ClassicReaderOptions) {
    this.#options = options;
    this.#start = options.metadataIn ? "metadata" : "count";
    this.#next = this.#start;
  }

  /** Adds received bytes. The reader keeps the chunk, uncopied, until `next` has got through it or `keepUnread` is called. */
  push(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
  }

  /** Copies what `next` has not got to: from now on nothing of the pushed chunks is needed. */
  keepUnread(): void {
    if (!this.#isCopied && this.#at < this.#chunk.length) {
      this.#chunk = borrowCopy(this.#chunk.subarray(this.#at));
      this.#at = 0;
      this.#isCopied = true;
    }
    const waiting = this.#waiting;
    for (let i = Math.max(this.#waitingAt, this.#copiedEnd); i < waiting.length; i++) {
      waiting[i] = borrowCopy(waiting[i]!);
    }
    this.#copiedEnd = waiting.length;
  }

  /** Whether bytes have been pushed that `next` has not got to. */
  get hasUnread(): boolean {
    return this.#at < this.#chunk.length || this.#waitingAt < this.#waiting.length;
  }

  /** Memory that this reader keeps for an argument that is not complete, in bytes. */
  get heldBytes(): number {
    return this.#collected.bytes.length;
  }

  /** The next event; `undefined` when all bytes pushed so far have been read. */
  next(): ClassicEvent | undefined {
    do {
      const event = this.#read();
      if (event !== undefined) {
        return event;
      }
    } while (this.#takeChunk());
    return undefined;
  }

  /** When the chunk is used up, goes on to the one waiting behind it; false when there is none. */
  #takeChunk(): boolean {
    if (this.#isCopied) {
      giveBack(this.#chunk);
    }
    this.#at = 0;
    const index = this.#waitingAt++;
    const chunk = this.#waiting[index];
    if (chunk !== undefined) {
      this.#chunk = chunk;
      this.#isCopied = index < this.#copiedEnd;
      return true;
    }
    // (Keeping the last chunk would keep its memory for as long as the connection is idle.)
    this.#chunk = NOTHING;
    this.#isCopied = false;
    this.#waiting.length = 0;
    this.#waitingAt = 0;
    this.#copiedEnd = 0;
    return false;
  }

  /** Reads on in the chunk up to the next event; `undefined` when the chunk is used up. */
  #read(): ClassicEvent | undefined {
    let event: ClassicEvent | undefined;
    let goesOn = true;
    while (goesOn && event === undefined) {
      switch (this.#next) {
        case "metadata":
          goesOn = this.#readMetadata();
          break;
        case "count":
          goesOn = this.#readCount();
          break;
        case "length":
          this.#at = this.#length.push(this.#chunk, this.#at, this.#chunk.length);
          goesOn = this.#length.isComplete;
          if (goesOn) {
            event = this.#beginArgument(this.#length.take());
          }
          break;
        case "argument":
        case "value":
          goesOn = this.#readArgument();
          break;
        case "skipped":
          goesOn = this.#skip();
          break;
        case "large":
          event = this.#readLarge();
          goesOn = event !== undefined;
          break;
        case "complete":
          event = this.#complete();
          break;
      }
    }
    return event;
  }

  #readMetadata(): boolean {
    this.#at = this.#dictionary.push(this.#chunk, this.#at, this.#chunk.length);
    if (!this.#dictionary.isComplete) {
      return false;
    }
    this.#metadata = this.#dictionary.take();
    this.#next = "count";
    return true;
  }

  #readCount(): boolean {
    this.#at = this.#count.push(this.#chunk, this.#at, this.#chunk.length);
    if (!this.#count.isComplete) {
      return false;
    }
    this.#argCount = this.#argsLeft = this.#count.take();
    const { maxArguments } = this.#options;
    if (this.#argCount > maxArguments) {
      const message = `${this.#argCount} arguments; at most ${maxArguments} are accepted`;
      this.#refused = { code: "too_many_arguments", message };
    }
    this.#next = this.#argsLeft === 0 ? "complete" : "length";
    return true;
  }

  #beginArgument(length: number): LargeStore | undefined {
    const { longValueBytes, maxArgumentBytes, maxValueBytes } = this.#options;
    const index = this.#argCount - this.#argsLeft;
    const isValue = index === VALUE_ARGUMENT && this.#argCount === STORE_ARGUMENTS && this.#args[0] === "store";
    this.#argBytes = this.#bytesLeft = length;
    // Of a refused request the verb is still wanted: it says in which shape to answer.
    if (this.#refused !== undefined && index > 0) {
      this.#next = "skipped";
    } else if (length > (isValue ? maxValueBytes : maxArgumentBytes)) {
      this.#refused ??= isValue
        ? { code: "value_too_large", message: `a value of ${length} bytes; at most ${maxValueBytes} are accepted` }
        : {
            code: "name_too_long",
            message: `an argument of ${length} bytes; at most ${maxArgumentBytes} are accepted`,
          };
      this.#next = "skipped";
    } else if (isValue && length > longValueBytes) {
      this.#next = "large";
      return { kind: "large", metadata: this.#metadata, args: this.#args, length };
    } else {
      this.#next = isValue ? "value" : "argument";
    }
    return undefined;
  }

  #readArgument(): boolean {
    const collected = this.#collected;
    const start = this.#at;
    const end = this.#consume();
    if (this.#bytesLeft === 0 && collected.length === 0) {
      this.#endArgument(this.#chunk, start, end);
      return true;
    }
    collected.add(this.#chunk, start, end, this.#argBytes);
    if (this.#bytesLeft > 0) {
      return false;
    }
    const bytes = collected.take();
    this.#endArgument(bytes, 0, bytes.length);
    return true;
  }

  #endArgument(bytes: Uint8Array, start: number, end: number): void {
    if (this.#next === "value") {
      this.#value = { bytes, start, end };
    } else {
      this.#args.push(latin1(bytes, start, end));
    }
    this.#goToNextArgument();
  }

  #skip(): boolean {
    this.#consume();
    if (this.#bytesLeft > 0) {
      return false;
    }
    this.#goToNextArgument();
    return true;
  }

  #goToNextArgument(): void {
    this.#argsLeft--;
    this.#next = this.#argsLeft === 0 ? "complete" : "length";
  }

  #readLarge(): LargeData | LargeEnd | undefined {
    if (this.#bytesLeft === 0) {
      this.#begin();
      return LARGE_END;
    }
    const start = this.#at;
    const end = this.#consume();
    return end > start ? { kind: "data", bytes: this.#chunk.subarray(start, end) } : undefined;
  }

  #complete(): ClassicRequest {
    const request: ClassicRequest = {
      kind: "request",
      metadata: this.#metadata,
      args: this.#args,
      value: this.#value,
      refused: this.#refused,
    };
    this.#begin();
    return request;
  }

  #begin(): void {
    this.#next = this.#start;
    this.#metadata = undefined;
    this.#args = [];
    this.#value = undefined;
    this.#refused = undefined;
  }

  /** Passes over those of the argument's bytes that are in the chunk. Returns where they end. */
  #consume(): number {
    const taken = Math.min(this.#bytesLeft, this.#chunk.length - this.#at);
    this.#bytesLeft -= taken;
    this.#at += taken;
    return this.#at;
  }
}
