import type { BlobReader } from "../blobs/stored-blob.ts";
import { MAX_INLINE_BYTES, Reply, WINDOW_BYTES } from "../wire/verbs.ts";
import type { Connection } from "./connection.ts";

/** So many bytes of large values are put in front of the socket, so that small answers overtake all the rest. */
const AHEAD_BYTES = 524_288;

/** A part of an answer: a frame of its own, or a value that goes out in chunks. */
type Part =
  | { readonly kind: "frame"; readonly bytes: Uint8Array }
  | { readonly kind: "memory"; readonly bytes: Uint8Array; at: number }
  | { readonly kind: "file"; readonly reader: BlobReader; loaded: Uint8Array | undefined; isLoading: boolean };

interface Answer {
  readonly request: number;
  readonly parts: Part[];
  /** Bytes of chunks that the client still takes. */
  credit: number;
  /** The space has nothing to add. */
  isComplete: boolean;
  isQueued: boolean;
  /** Of texts that were made for it alone. */
  textBytes: number;
}

/**
 * The answers of one connection that go out in chunks. They take turns, chunk by chunk, each as far as its credit reaches, and
 * all together no faster than the socket takes them.
 */
export class ChunkedAnswers {
  readonly #connection: Connection;
  readonly #answers = new Map<number, Answer>();
  /** Those that may have a chunk to send. */
  readonly #queue: Answer[] = [];

  #textBytes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get count(): number {
    return this.#answers.size;
  }

  /** Bytes of the texts that were made for answers alone and that the client has not taken. */
  get textBytes(): number {
    return this.#textBytes;
  }

  has(request: number): boolean {
    return this.#answers.has(request);
  }

  /** Whether `fill` would have something to do. */
  get isReady(): boolean {
    return this.#queue.length > 0;
  }

  /** Adds a frame that must come after chunks of the same answer. */
  addFrame(request: number, bytes: Uint8Array): void {
    this.#add(request, { kind: "frame", bytes });
  }

  /** Adds a value in memory, whose head was said (or added). Nobody may change the bytes any more. */
  addBytes(request: number, bytes: Uint8Array): void {
    this.#add(request, { kind: "memory", bytes, at: 0 });
  }

  /** Adds a text that nobody else has, whose head was said. */
  addText(request: number, bytes: Uint8Array): void {
    this.addBytes(request, bytes);
    this.#answers.get(request)!.textBytes += bytes.length;
    this.#textBytes += bytes.length;
  }

  /** Adds a value in a file, whose head was said (or added). */
  addFile(request: number, reader: BlobReader): void {
    this.#add(request, { kind: "file", reader, loaded: undefined, isLoading: false });
  }

  /** Nothing will be added to this answer. */
  complete(request: number): void {
    const answer = this.#answers.get(request);
    if (answer !== undefined) {
      answer.isComplete = true;
      if (answer.parts.length === 0) {
        this.#remove(answer);
      }
    }
  }

  credit(request: number, bytes: number): void {
    const answer = this.#answers.get(request);
    if (answer !== undefined) {
      answer.credit += bytes;
      this.#enqueue(answer);
    }
  }

  /** Says as many chunks as there is room for. */
  fill(): void {
    while (this.#queue.length > 0 && this.#connection.unsentBytes < AHEAD_BYTES) {
      const answer = this.#queue.shift()!;
      answer.isQueued = false;
      const part = answer.parts[0];
      if (part !== undefined && this.#say(answer, part)) {
        this.#enqueue(answer);
      }
      if (answer.parts.length === 0 && answer.isComplete) {
        this.#remove(answer);
      }
    }
  }

  /**
   * Gives one up. Returns false when there is none of this number, or when more values follow: the client has not heard of
   * those, and could not put them back.
   */
  giveUp(request: number): boolean {
    const answer = this.#answers.get(request);
    if (answer === undefined || !answer.isComplete || answer.parts.length > 1) {
      return false;
    }
    this.#remove(answer);
    closeFiles(answer);
    answer.parts.length = 0;
    return true;
  }

  /** Gives up all of them. */
  clear(): void {
    for (const answer of this.#answers.values()) {
      closeFiles(answer);
    }
    this.#answers.clear();
    this.#textBytes = 0;
    this.#queue.length = 0;
  }

  #remove(answer: Answer): void {
    this.#answers.delete(answer.request);
    this.#textBytes -= answer.textBytes;
  }

  #add(request: number, part: Part): void {
    let answer = this.#answers.get(request);
    if (answer === undefined) {
      answer = { request, parts: [], credit: WINDOW_BYTES, isComplete: false, isQueued: false, textBytes: 0 };
      this.#answers.set(request, answer);
    }
    answer.parts.push(part);
    this.#enqueue(answer);
  }

  #enqueue(answer: Answer): void {
    if (!answer.isQueued) {
      answer.isQueued = true;
      this.#queue.push(answer);
      this.#connection.wake();
    }
  }

  /** Says the next bit of a part. Returns whether the answer may go on at once. */
  #say(answer: Answer, part: Part): boolean {
    switch (part.kind) {
      case "frame":
        this.#connection.out.copy(part.bytes);
        answer.parts.shift();
        return true;
      case "memory": {
        const end = Math.min(part.bytes.length, part.at + MAX_INLINE_BYTES, part.at + answer.credit);
        if (end > part.at) {
          this.#sayChunk(answer, part.bytes.subarray(part.at, end));
          part.at = end;
        }
        return this.#isOver(answer, part.at === part.bytes.length);
      }
      case "file": {
        if (part.loaded !== undefined) {
          this.#sayChunk(answer, part.loaded);
          part.loaded = undefined;
        }
        if (part.reader.restBytes === 0 && !part.isLoading) {
          part.reader.close();
          return this.#isOver(answer, true);
        }
        this.#load(answer, part);
        return false;
      }
    }
  }

  #sayChunk(answer: Answer, bytes: Uint8Array): void {
    answer.credit -= bytes.length;
    this.#connection.out.frameHead(answer.request, Reply.chunk, bytes.length);
    this.#connection.reference(bytes);
  }

  #isOver(answer: Answer, isPartOver: boolean): boolean {
    if (isPartOver) {
      answer.parts.shift();
    }
    return answer.parts.length > 0 && (isPartOver || answer.credit > 0);
  }

  #load(answer: Answer, part: Part & { kind: "file" }): void {
    const count = Math.min(MAX_INLINE_BYTES, part.reader.restBytes, answer.credit);
    if (part.isLoading || count === 0) {
      return;
    }
    part.isLoading = true;
    part.reader.next(count, (error, bytes) => {
      part.isLoading = false;
      if (bytes === undefined) {
        // The head of this answer was sent: nothing else can be said in its place.
        this.#connection.drop(`a value could not be read from its file: ${error?.message ?? ""}`);
        return;
      }
      part.loaded = bytes;
      this.#enqueue(answer);
    });
  }
}

function closeFiles(answer: Answer): void {
  for (const part of answer.parts) {
    if (part.kind === "file") {
      part.reader.close();
    }
  }
}
