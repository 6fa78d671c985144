import { mkdtempSync, rmdir, unlink, utimes, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BlobWriter, type BlobWriterListener } from "./blob-writer.ts";
import { FOLDER_PREFIX, OWNER_FILE, removeLeftovers } from "./leftovers.ts";
import { describeOwner } from "./owner.ts";
import type { StoredBlob } from "./stored-blob.ts";

/** How often the owner file is touched, so that servers which cannot see this process know that it lives. */
const HEARTBEAT_MS = 3_600_000;

export interface BlobStoreOptions {
  /** Where the store makes its own folder, at the first value that needs it. */
  readonly tmpDir: string;
  /** Most bytes in files, all together. Default: as many as the disk takes. */
  readonly maxBytes?: number;
  /** Told what went wrong behind the scenes: a file that could not be removed, say. */
  readonly warn?: (message: string, error: unknown) => void;
}

/**
 * Values too large for memory, each in a file. The files lie in a folder of this store alone (only its user may look
 * into it), and none outlives its value by more than the reads that are under way; what a crashed server left behind
 * is removed by the next one.
 */
export class BlobStore {
  readonly #options: BlobStoreOptions;
  readonly #blobs = new Set<StoredBlob>();
  readonly #writers = new Set<BlobWriter>();
  #folder: string | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #lastFile = 0;
  #bytes = 0;
  #operations = 0;
  #isClosed = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: BlobStoreOptions) {
    this.#options = options;
  }

  /** Bytes in files, those of uploads under way among them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Files there are, those of uploads under way among them. */
  get fileCount(): number {
    return this.#blobs.size + this.#writers.size;
  }

  /** The store's own folder; `undefined` until the first value came. */
  get folder(): string | undefined {
    return this.#folder;
  }

  /** Removes what servers that are gone have left in the temporary folder; never a living server's. */
  async removeLeftovers(): Promise<void> {
    await removeLeftovers(this.#options.tmpDir, this.warn);
  }

  /** Begins a file of `length` bytes. It is not a value before it is finished. */
  createWriter(length: number, listener: BlobWriterListener): BlobWriter {
    const writer = new BlobWriter(this, length, listener);
    this.#writers.add(writer);
    return writer;
  }

  /** Drops every value and removes the folder. Reads and writes under way end with an error. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    for (const writer of this.#writers) {
      writer.abort();
    }
    for (const blob of this.#blobs) {
      blob.close();
    }
    if (this.#operations > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined) {
      await new Promise<void>((resolve) => {
        unlink(join(folder, OWNER_FILE), () => {
          rmdir(folder, (error) => {
            this.#warnOf("the folder of large values could not be removed", error);
            resolve();
          });
        });
      });
    }
  }

  // What follows is for the writers and blobs of this store.

  readonly warn = (message: string, error: unknown): void => {
    this.#options.warn?.(message, error);
  };

  /** A path for a new file. Throws when the folder cannot be made. */
  nextPath(): string {
    if (this.#isClosed) {
      throw new Error("the server is shutting down");
    }
    this.#folder ??= this.#makeFolder();
    return join(this.#folder, `${++this.#lastFile}.blob`);
  }

  /** Counts bytes that arrived for a file. Throws when they are more than the limit allows. */
  addBytes(count: number): void {
    const { maxBytes = Infinity } = this.#options;
    if (this.#bytes + count > maxBytes) {
      throw new Error(`values in files may take ${maxBytes} bytes in all`);
    }
    this.#bytes += count;
  }

  removeBytes(count: number): void {
    this.#bytes -= count;
  }

  /** An operation on a file begins; `close` waits for its end. */
  begin(): void {
    this.#operations++;
  }

  end(): void {
    this.#operations--;
    if (this.#operations === 0) {
      this.#whenIdle?.();
    }
  }

  /** Removes a file that nobody has open any more. */
  remove(path: string): void {
    this.begin();
    unlink(path, (error) => {
      this.#warnOf(`${path} could not be removed`, error);
      this.end();
    });
  }

  finished(writer: BlobWriter, blob: StoredBlob | undefined): void {
    this.#writers.delete(writer);
    if (blob !== undefined) {
      this.#blobs.add(blob);
      if (this.#isClosed) {
        blob.close();
      }
    }
  }

  forget(blob: StoredBlob): void {
    this.#blobs.delete(blob);
  }

  #makeFolder(): string {
    const folder = mkdtempSync(join(this.#options.tmpDir, `${FOLDER_PREFIX}${process.pid}-`));
    const ownerFile = join(folder, OWNER_FILE);
    writeFileSync(ownerFile, JSON.stringify(describeOwner()), { mode: 0o600 });
    this.#heartbeat = setInterval(() => {
      const now = new Date();
      utimes(ownerFile, now, now, (error) => {
        this.#warnOf(`${ownerFile} could not be touched`, error);
      });
    }, HEARTBEAT_MS).unref();
    return folder;
  }

  #warnOf(message: string, error: NodeJS.ErrnoException | null): void {
    if (error !== null && error.code !== "ENOENT") {
      this.warn(message, error);
    }
  }
}
