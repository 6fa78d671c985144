import type { BlobStore } from "../blobs/blob-store.ts";
import type { BlobWriter, BlobWriterListener } from "../blobs/blob-writer.ts";
import type { StoredBlob } from "../blobs/stored-blob.ts";
import type { FailureName } from "../wire/failure-codes.ts";
import type { Refusal } from "./named-numbers.ts";

/** With more bytes than this waiting for the disk the client is read no more; with fewer than the other it is again. */
const BEHIND_BYTES = 1_048_576;
const CAUGHT_UP_BYTES = 262_144;

/** Nothing is called after `finished`, `refused` or `abort`. */
export interface ClassicUploadListener {
  /** The disk has caught up after `isBehind`. */
  caughtUp(): void;
  finished(file: StoredBlob): void;
  /** Called once all bytes have come (and were thrown away), for only then the client reads its answer. */
  refused(code: FailureName, message: string): void;
}

/** A long value on its way into a file. */
export class ClassicUpload {
  readonly #listener: ClassicUploadListener;
  readonly #writer: BlobWriter | undefined;
  #refusal: Refusal | undefined;
  #isBehind = false;
  #hasEnded = false;

  /** `refusal`: why the value is refused in any case, if so. `isKept`: see `BlobStore.createWriter`. */
  constructor(
    length: number,
    refusal: Refusal | undefined,
    blobs: BlobStore,
    isKept: () => boolean,
    listener: ClassicUploadListener,
  ) {
    this.#listener = listener;
    if (refusal !== undefined) {
      this.#refusal = refusal;
      return;
    }
    const writing: BlobWriterListener = {
      written: () => {
        if (this.#isBehind && this.#writer!.pendingBytes < CAUGHT_UP_BYTES) {
          this.#isBehind = false;
          listener.caughtUp();
        }
      },
      finished: (blob) => {
        listener.finished(blob);
      },
      failed: (error) => {
        this.#refusal = { code: "disk_full", message: `the value could not be written to a file: ${error.message}` };
        if (this.#hasEnded) {
          this.#refused();
        } else if (this.#isBehind) {
          this.#isBehind = false;
          listener.caughtUp();
        }
      },
    };
    this.#writer = blobs.createWriter(length, writing, isKept);
  }

  /** The disk is slow: no more `data` before `caughtUp`. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  data(bytes: Uint8Array): void {
    if (this.#refusal === undefined && this.#writer !== undefined) {
      this.#writer.write(bytes, 0, bytes.length);
      this.#isBehind = this.#writer.pendingBytes > BEHIND_BYTES;
    }
  }

  /** All bytes have come. The outcome follows, never from inside this call. */
  end(): void {
    this.#isBehind = false;
    this.#hasEnded = true;
    if (this.#refusal !== undefined) {
      queueMicrotask(() => {
        this.#refused();
      });
    }
  }

  abort(): void {
    this.#hasEnded = false;
    this.#refusal = undefined;
    this.#writer?.abort();
  }

  #refused(): void {
    if (this.#refusal !== undefined) {
      this.#listener.refused(this.#refusal.code, this.#refusal.message);
    }
  }
}
