import { close, closeSync, fdatasyncSync, fsyncSync, open, openSync, read } from "node:fs";
import { basename, dirname } from "node:path";
import type { BlobStore } from "./blob-store.ts";

/** What a read brings: the bytes asked for, or what went wrong. */
export type ReadCallback = (error: Error | undefined, bytes: Uint8Array | undefined) => void;

/**
 * A value in a file. One that is dropped while somebody reads it stays until the last reader is done (a file that is
 * open cannot be removed everywhere). However many read it, the file is open once.
 */
export class StoredBlob {
  readonly length: number;
  readonly path: string;
  readonly #store: BlobStore;
  /** Its bytes and its name are on the disk. */
  #isDurable: boolean;
  #isKept = false;
  #file: number | undefined;
  /** Reads that wait until the file is open. */
  #whenOpen: ((error: Error | undefined, file: number) => void)[] | undefined;
  #readerCount = 0;
  #operations = 0;
  #isDropped = false;
  #isClosed = false;
  #isRemoved = false;

  constructor(store: BlobStore, path: string, length: number, isDurable: boolean) {
    this.#store = store;
    this.path = path;
    this.length = length;
    this.#isDurable = isDurable;
  }

  get name(): string {
    return basename(this.path);
  }

  /** From now on the file stays when the store closes. */
  keep(): void {
    if (!this.#isDurable) {
      // Nobody knew that it would be kept: its workspace has become persistent since. That is rare, so all wait for the disk.
      syncNow(this.path, "r+", fdatasyncSync);
      if (process.platform !== "win32") {
        syncNow(dirname(this.path), "r", fsyncSync);
      }
      this.#isDurable = true;
    }
    this.#isKept = true;
  }

  /** Somebody begins to read: the bytes stay until `close` of what this returns, even if the blob is dropped. */
  openReader(): BlobReader {
    this.#readerCount++;
    return new BlobReader(this);
  }

  /** The value is gone for good. */
  drop(): void {
    if (!this.#isDropped) {
      this.#isDropped = true;
      this.#store.removeBytes(this.length);
      this.#tidy();
    }
  }

  /** The store closes: dropped unless it is kept, and readers read no further. */
  close(): void {
    this.#isClosed = true;
    if (!this.#isKept) {
      this.drop();
    }
    this.#tidy();
  }

  /** For readers: `count` bytes from `position` on, exactly. */
  read(position: number, count: number, done: ReadCallback): void {
    this.#withFile((error, file) => {
      if (error !== undefined) {
        done(error, undefined);
        return;
      }
      this.#readAll(file, Buffer.allocUnsafeSlow(count), 0, position, done);
    });
  }

  /** For readers: one of them is done. */
  release(): void {
    this.#readerCount--;
    this.#tidy();
  }

  #withFile(use: (error: Error | undefined, file: number) => void): void {
    if (this.#isClosed) {
      use(new Error("the server is shutting down"), -1);
    } else if (this.#file !== undefined) {
      use(undefined, this.#file);
    } else if (this.#whenOpen !== undefined) {
      this.#whenOpen.push(use);
    } else {
      this.#whenOpen = [use];
      this.#begin();
      open(this.path, "r", (error, file) => {
        const waiting = this.#whenOpen ?? [];
        this.#whenOpen = undefined;
        this.#file = error === null ? file : undefined;
        for (const each of waiting) {
          each(error ?? undefined, file);
        }
        this.#end();
      });
    }
  }

  #readAll(file: number, into: Buffer, from: number, position: number, done: ReadCallback): void {
    this.#begin();
    read(file, into, from, into.length - from, position + from, (error, count) => {
      if (error !== null) {
        done(error, undefined);
      } else if (count === 0) {
        done(new Error(`${this.path} is shorter than it was`), undefined);
      } else if (from + count < into.length) {
        this.#readAll(file, into, from + count, position, done);
      } else {
        done(undefined, into);
      }
      this.#end();
    });
  }

  #begin(): void {
    this.#operations++;
    this.#store.begin();
  }

  #end(): void {
    this.#operations--;
    this.#tidy();
    this.#store.end();
  }

  /** Closes the file when nobody reads it, and removes it when it was dropped as well. */
  #tidy(): void {
    if (this.#operations > 0 || (this.#readerCount > 0 && !this.#isClosed)) {
      return;
    }
    if (this.#file !== undefined) {
      const file = this.#file;
      this.#file = undefined;
      this.#begin();
      close(file, () => {
        this.#end();
      });
    } else if (this.#isDropped && !this.#isRemoved) {
      this.#isRemoved = true;
      this.#store.forget(this);
      if (this.#isKept) {
        this.#store.removeKept(this.path);
      } else {
        this.#store.remove(this.path);
      }
    }
  }
}

function syncNow(path: string, flags: string, sync: (file: number) => void): void {
  const file = openSync(path, flags);
  try {
    sync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads one blob from its beginning to its end, at the reader's pace, one `next` at a time. */
export class BlobReader {
  readonly #blob: StoredBlob;
  #position = 0;
  #isClosed = false;

  constructor(blob: StoredBlob) {
    this.#blob = blob;
  }

  /** Bytes that were not read yet. */
  get restBytes(): number {
    return this.#blob.length - this.#position;
  }

  /** Reads the next bytes: `most` of them, or the rest. Not called back after `close`. */
  next(most: number, done: ReadCallback): void {
    const count = Math.min(most, this.restBytes);
    const position = this.#position;
    this.#position += count;
    this.#blob.read(position, count, (error, bytes) => {
      if (!this.#isClosed) {
        done(error, bytes);
      }
    });
  }

  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#blob.release();
    }
  }
}
