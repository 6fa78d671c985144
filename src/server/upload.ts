import type { BlobWriter, BlobWriterListener } from "../blobs/blob-writer.ts";
import type { StoredBlob } from "../blobs/stored-blob.ts";
import type { Session, StoreOptions } from "../space/index.ts";
import { GrowingBytes } from "../wire/growing-bytes.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import { MAX_INLINE_BYTES, WINDOW_BYTES } from "../wire/verbs.ts";
import type { FailureName } from "../wire/failure-codes.ts";
import { GaugedBytes } from "./memory-gauge.ts";
import type { ServerContext } from "./server-context.ts";

/** Credit is given in portions of at least so much, or the rest. */
const CREDIT_BYTES = WINDOW_BYTES / 4;

/** What becomes of an upload. Nothing is called after `arrived…`, `refused` or `abort`. */
export interface UploadListener {
  /** The client may send `bytes` more. */
  credit(request: number, bytes: number): void;
  /** All of it is there, in memory. */
  arrived(upload: Upload, bytes: Uint8Array): void;
  /** All of it is there, in a file. */
  arrivedInFile(upload: Upload, file: StoredBlob): void;
  refused(upload: Upload, code: FailureName, message: string): void;
}

/** What is done with what arrived. */
export interface UploadPurpose {
  readonly kind: "store" | "storeSeveral" | "complete";
  readonly workspace: string;
  readonly name: string;
  readonly descriptor: number;
  readonly lease: number;
  readonly how: StoreOptions;
  /** How long it may wait for room, once it has arrived; 0: for ever. */
  readonly timeoutMs: number;
}

/** A value on its way in, in chunks: in memory as far as it has arrived, or through to a file. */
export class Upload {
  readonly request: number;
  /** Of the request, among the session's. */
  readonly serial: number;
  readonly purpose: UploadPurpose;
  readonly #length: number;
  readonly #context: ServerContext;
  readonly #listener: UploadListener;
  readonly #bytes = new GrowingBytes();
  /** Memory that it takes: what is kept, or waits for the disk. */
  readonly #gauged: GaugedBytes;
  readonly #writer: BlobWriter | undefined;
  /** When the last byte came, in the time of `performance.now()`. */
  completeAt = 0;
  #receivedBytes = 0;
  /** Received and dealt with: the client may be `WINDOW_BYTES` ahead of this. */
  #consumedBytes = 0;
  #grantedBytes = WINDOW_BYTES;

  constructor(
    request: number,
    serial: number,
    length: number,
    purpose: UploadPurpose,
    isForFile: boolean,
    context: ServerContext,
    session: Session,
    listener: UploadListener,
  ) {
    this.request = request;
    this.serial = serial;
    this.purpose = purpose;
    this.#length = length;
    this.#context = context;
    this.#listener = listener;
    this.#gauged = new GaugedBytes(context.memory);
    if (isForFile) {
      const writing: BlobWriterListener = {
        written: (count) => {
          this.#consumed(count);
          this.#gauged.set(this.#receivedBytes - this.#consumedBytes);
        },
        finished: (blob) => {
          listener.arrivedInFile(this, blob);
        },
        failed: (error) => {
          listener.refused(this, "disk_full", `the value could not be written to a file: ${error.message}`);
        },
      };
      const isKept = (): boolean => context.space.keeps(session, purpose.workspace);
      this.#writer = context.blobs.createWriter(length, writing, isKept);
    }
  }

  /** All chunks are there; only the disk is not done. */
  get isFinishing(): boolean {
    return this.#writer !== undefined && this.#receivedBytes === this.#length;
  }

  /** Takes a chunk. Throws ProtocolFault when the client sends more than it announced or was allowed. */
  chunk(bytes: Uint8Array, start: number, end: number): void {
    const count = end - start;
    const received = this.#receivedBytes + count;
    if (count > MAX_INLINE_BYTES) {
      throw new ProtocolFault(`a chunk of ${count} bytes; at most ${MAX_INLINE_BYTES} are accepted`);
    }
    if (received > this.#length) {
      throw new ProtocolFault(`more bytes than the ${this.#length} that were announced`);
    }
    if (received > this.#grantedBytes) {
      throw new ProtocolFault("more bytes than there was credit for");
    }
    if (!this.#context.memory.hasRoomFor(count)) {
      this.#listener.refused(this, "memory_full", "the server has no room for this value");
      return;
    }
    this.#receivedBytes = received;
    if (received === this.#length) {
      this.completeAt = performance.now();
    }
    if (this.#writer === undefined) {
      this.#keep(bytes, start, end);
    } else {
      this.#gauged.set(received - this.#consumedBytes);
      this.#writer.write(bytes, start, end);
    }
  }

  /** Gives up. */
  abort(): void {
    this.#writer?.abort();
    this.#gauged.set(0);
    this.#bytes.clear(0);
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes.add(bytes, start, end, this.#length);
    this.#gauged.set(this.#bytes.bytes.length);
    if (this.#receivedBytes < this.#length) {
      this.#consumed(end - start);
      return;
    }
    this.#gauged.set(0);
    this.#listener.arrived(this, this.#bytes.take());
  }

  #consumed(count: number): void {
    this.#consumedBytes += count;
    const granted = Math.min(this.#length, this.#consumedBytes + WINDOW_BYTES);
    const more = granted - this.#grantedBytes;
    if (more >= CREDIT_BYTES || (more > 0 && granted === this.#length)) {
      this.#grantedBytes = granted;
      this.#listener.credit(this.request, more);
    }
  }
}
