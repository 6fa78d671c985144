import { close, fdatasync, open, write } from "node:fs";
import type { BlobStore } from "./blob-store.ts";
import { StoredBlob } from "./stored-blob.ts";

/** Bytes that are collected before they go to the disk, when the disk is slower than they come. */
const BUFFER_BYTES = 131_072;
const LEAST_BUFFER_BYTES = 4096;

/** What becomes of an upload. Nothing is called after `finished`, `failed` or `abort`. */
export interface BlobWriterListener {
  /** `count` more bytes are in the file (with the system, not necessarily on the disk). */
  written(count: number): void;
  /** All of it is in the file. */
  finished(blob: StoredBlob): void;
  /** The disk is full or broken, or the store has all it may hold: the file is gone. */
  failed(error: Error): void;
}

/**
 * Writes one file of an announced length as its bytes arrive. The caller keeps the bytes under way (`pendingBytes`)
 * small by waiting for `written`. Nothing is called back from inside a call.
 */
export class BlobWriter {
  readonly length: number;
  readonly #store: BlobStore;
  readonly #listener: BlobWriterListener;
  readonly #isKept: () => boolean;
  #path: string | undefined;
  #file: number | undefined;
  /** What waits for the disk; the first is being written while `#isBusy`. */
  readonly #queue: { readonly bytes: Buffer; length: number }[] = [];
  #receivedBytes = 0;
  #writtenBytes = 0;
  #isBusy = false;
  #isOver = false;

  constructor(store: BlobStore, length: number, listener: BlobWriterListener, isKept: () => boolean) {
    this.#store = store;
    this.length = length;
    this.#listener = listener;
    this.#isKept = isKept;
  }

  /** Bytes that were given and are not in the file yet. */
  get pendingBytes(): number {
    return this.#receivedBytes - this.#writtenBytes;
  }

  /** Takes the next bytes (copies them). When the announced length is reached the file finishes by itself. */
  write(source: Uint8Array, start: number, end: number): void {
    if (this.#isOver) {
      return;
    }
    const count = end - start;
    if (this.#receivedBytes + count > this.length) {
      throw new RangeError(`more bytes than the announced ${this.length}`);
    }
    this.#receivedBytes += count;
    this.#append(source, start, end);
    try {
      this.#store.addBytes(count);
    } catch (error) {
      this.#receivedBytes -= count;
      this.#queue.length = this.#isBusy ? 1 : 0;
      // Not from inside the call: the caller is in the middle of something.
      queueMicrotask(() => {
        this.#fail(error);
      });
      return;
    }
    this.#advance();
  }

  /** Gives up: the file goes away. */
  abort(): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#store.removeBytes(this.#receivedBytes);
      this.#store.finished(this, undefined);
      if (!this.#isBusy) {
        this.#discard();
      }
    }
  }

  #append(source: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      let last = this.#queue.at(-1);
      const isBeingWritten = this.#isBusy && this.#queue.length === 1;
      if (last === undefined || isBeingWritten || last.length === last.bytes.length) {
        const size = Math.min(BUFFER_BYTES, Math.max(end - at, LEAST_BUFFER_BYTES));
        last = { bytes: Buffer.allocUnsafeSlow(size), length: 0 };
        this.#queue.push(last);
      }
      const count = Math.min(end - at, last.bytes.length - last.length);
      last.bytes.set(source.subarray(at, at + count), last.length);
      last.length += count;
      at += count;
    }
  }

  /** Does the next thing there is to do, one at a time. */
  #advance(): void {
    if (this.#isBusy) {
      return;
    }
    if (this.#isOver) {
      this.#discard();
    } else if (this.#file === undefined) {
      this.#open();
    } else if (this.#queue.length > 0) {
      this.#writeFirst(this.#file, 0);
    } else if (this.#writtenBytes === this.length) {
      if (this.#isKept()) {
        this.#finishDurably(this.#file);
      } else {
        this.#finish(this.#file, false);
      }
    }
  }

  #open(): void {
    let path: string;
    try {
      path = this.#store.nextPath();
    } catch (error) {
      this.#isBusy = true;
      queueMicrotask(() => {
        this.#isBusy = false;
        this.#fail(error);
      });
      return;
    }
    this.#begin();
    open(path, "wx", 0o600, (error, file) => {
      this.#end();
      if (error !== null) {
        this.#fail(error);
        return;
      }
      this.#path = path;
      this.#file = file;
      this.#advance();
    });
  }

  #writeFirst(file: number, from: number): void {
    const { bytes, length } = this.#queue[0]!;
    this.#begin();
    write(file, bytes, from, length - from, this.#writtenBytes, (error, count) => {
      this.#end();
      if (error !== null) {
        this.#fail(error);
        return;
      }
      if (this.#isOver) {
        this.#discard();
        return;
      }
      this.#writtenBytes += count;
      if (from + count < length) {
        this.#writeFirst(file, from + count);
      } else {
        this.#queue.shift();
      }
      this.#listener.written(count);
      this.#advance();
    });
  }

  /** The bytes, then the name: whoever hears of the value finds it after a crash. */
  #finishDurably(file: number): void {
    this.#begin();
    fdatasync(file, (syncError) => {
      if (syncError !== null) {
        this.#end();
        this.#fail(syncError);
        return;
      }
      this.#store.syncFolder((error) => {
        this.#end();
        if (error !== null) {
          this.#fail(error);
        } else if (this.#isOver) {
          this.#discard();
        } else {
          this.#finish(file, true);
        }
      });
    });
  }

  #finish(file: number, isDurable: boolean): void {
    this.#begin();
    this.#file = undefined;
    // A disk over a network may tell only now that it is full.
    close(file, (error) => {
      this.#end();
      if (error !== null) {
        this.#fail(error);
      } else if (this.#isOver) {
        this.#discard();
      } else {
        this.#isOver = true;
        const blob = new StoredBlob(this.#store, this.#path!, this.length, isDurable);
        this.#store.finished(this, blob);
        this.#listener.finished(blob);
      }
    });
  }

  #fail(error: unknown): void {
    if (this.#isOver) {
      this.#discard();
      return;
    }
    this.abort();
    this.#listener.failed(error instanceof Error ? error : new Error(String(error)));
  }

  #discard(): void {
    this.#queue.length = 0;
    const path = this.#path;
    const file = this.#file;
    this.#path = undefined;
    this.#file = undefined;
    if (file !== undefined) {
      this.#store.begin();
      close(file, () => {
        this.#store.remove(path!);
        this.#store.end();
      });
    } else if (path !== undefined) {
      this.#store.remove(path);
    }
  }

  #begin(): void {
    this.#isBusy = true;
    this.#store.begin();
  }

  #end(): void {
    this.#isBusy = false;
    this.#store.end();
  }
}
