import { OperationError, type Where } from "./errors.ts";
import { subject } from "./failure.ts";
import type { ChunkSource, Uploads } from "./uploads.ts";

/** With more than this ahead of the network, reading on waits. */
const AHEAD_BYTES = 524_288;

/** What a stream of bytes gives. */
export type Pieces = AsyncIterable<unknown>;

/** Bytes from a stream, read as fast as they can be sent. */
export class StreamSource implements ChunkSource {
  readonly #uploads: Uploads;
  readonly #where: Where;
  readonly #queue: Uint8Array<ArrayBuffer>[] = [];
  #queuedBytes = 0;
  #isStopped = false;
  #hasRoom: (() => void) | undefined;

  constructor(uploads: Uploads, where: Where) {
    this.#uploads = uploads;
    this.#where = where;
  }

  take(most: number): Uint8Array<ArrayBuffer> | undefined {
    const first = this.#queue[0];
    if (first === undefined) {
      return undefined;
    }
    const taken = first.subarray(0, most);
    if (taken.length === first.length) {
      this.#queue.shift();
    } else {
      this.#queue[0] = first.subarray(most);
    }
    this.#queuedBytes -= taken.length;
    this.#wake();
    return taken;
  }

  /** Reads `pieces` to the end, which must come after exactly `length` bytes. */
  async feed(pieces: Pieces, length: number): Promise<void> {
    let count = 0;
    for await (const piece of pieces) {
      const bytes = bytesOf(piece, this.#where);
      count += bytes.length;
      if (count > length) {
        throw wrongLength(this.#where, `the stream has more than the ${length} bytes that were announced`);
      }
      if (bytes.length > 0) {
        this.#queue.push(bytes);
        this.#queuedBytes += bytes.length;
        this.#uploads.pump();
      }
      while (this.#queuedBytes > AHEAD_BYTES && !this.#isStopped) {
        await new Promise<void>((resolve) => (this.#hasRoom = resolve));
      }
      if (this.#isStopped) {
        return;
      }
    }
    if (count < length) {
      throw wrongLength(this.#where, `the stream has ${count} bytes, not the ${length} that were announced`);
    }
  }

  /** Nobody takes bytes any more. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  #wake(): void {
    this.#hasRoom?.();
    this.#hasRoom = undefined;
  }
}

/** A piece of a stream as bytes. */
export function bytesOf(piece: unknown, where: Where): Uint8Array<ArrayBuffer> {
  if (piece instanceof Uint8Array) {
    return piece as Uint8Array<ArrayBuffer>;
  }
  throw wrongLength(where, `the stream gives ${typeof piece === "object" ? "objects" : `${typeof piece}s`}, not bytes`);
}

function wrongLength(where: Where, reason: string): OperationError {
  return new OperationError("stream_failed", `${subject(where)} failed: ${reason}`, { ...where, reason });
}
