import { fsync, mkdtempSync, open, close, rmdir, unlink, utimes, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BlobWriter, type BlobWriterListener } from "./blob-writer.ts";
import { filesIn, isFileName } from "./kept-files.ts";
import { FOLDER_PREFIX, OWNER_FILE, removeLeftovers } from "./leftovers.ts";
import { describeOwner } from "./owner.ts";
import { StoredBlob } from "./stored-blob.ts";

/** How often the owner file is touched, so that servers which cannot see this process know that it lives. */
const HEARTBEAT_MS = 3_600_000;

export interface BlobStoreOptions {
  /** Where the store makes its own folder, at the first value that needs it. */
  readonly tmpDir: string;
  /** For values that outlive the store. Default: none do, and `tmpDir` is used. */
  readonly kept?: KeptBlobs;
  /** Most bytes in files, all together. Default: as many as the disk takes. */
  readonly maxBytes?: () => number;
  /** Told what went wrong behind the scenes: a file that could not be removed, say. */
  readonly warn?: (message: string, error: unknown) => void;
}

/** Where values lie that are found again after a restart. */
export interface KeptBlobs {
  /** All files lie there, those of other values too, which are removed by the next store at the latest. */
  readonly folder: string;
  /** Begins the names of new files: unique to this store. */
  readonly prefix: string;
  /** Does something when all that was changed by now is safe: a kept file is not removed before its value is certainly gone. */
  readonly whenSafe: (act: () => void) => void;
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
  /** Between `named` and `restored`: what is dropped may be another one's file still. */
  #isRestoring = false;
  /** Files that `missing` has seen. */
  #found: string[] = [];
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

  /** Whether operations on files are under way. */
  get isAtWork(): boolean {
    return this.#operations > 0;
  }

  /** The store's own folder; `undefined` until the first value came. */
  get folder(): string | undefined {
    return this.#folder;
  }

  /** Removes what servers that are gone have left in the temporary folder; never a living server's. */
  async removeLeftovers(): Promise<void> {
    await removeLeftovers(this.#options.tmpDir, this.warn);
  }

  // After a restart: first `named` for every file that is spoken of, then `missing`, then `restored`.

  /** A value that an earlier store has left; undefined: no store gives a file such a name. */
  named(name: string, length: number): StoredBlob | undefined {
    const { kept } = this.#options;
    if (kept === undefined || !isFileName(name)) {
      return undefined;
    }
    this.#isRestoring = true;
    this.#bytes += length;
    const blob = new StoredBlob(this, join(kept.folder, name), length, true);
    blob.keep();
    this.#blobs.add(blob);
    return blob;
  }

  /** Values that were named, not dropped since, and are not there whole. */
  async missing(): Promise<ReadonlySet<StoredBlob>> {
    const { kept } = this.#options;
    if (kept === undefined) {
      return new Set();
    }
    await mkdir(kept.folder, { recursive: true, mode: 0o700 });
    const sizes = await filesIn(kept.folder);
    this.#found = [...sizes.keys()];
    return new Set([...this.#blobs].filter(({ name, length }) => sizes.get(name) !== length));
  }

  /** Removes the files that belong to no value. */
  restored(): void {
    const { kept } = this.#options;
    this.#isRestoring = false;
    if (kept !== undefined) {
      const names = new Set([...this.#blobs].map(({ name }) => name));
      for (const name of this.#found.splice(0)) {
        if (!names.has(name)) {
          this.remove(join(kept.folder, name));
        }
      }
    }
  }

  /** Begins a file of `length` bytes. It is not a value before it is finished. `isKept` is asked when all is written. */
  createWriter(length: number, listener: BlobWriterListener, isKept: () => boolean = () => false): BlobWriter {
    const writer = new BlobWriter(this, length, listener, isKept);
    this.#writers.add(writer);
    return writer;
  }

  /** Drops every value that is not kept, and the folder of those. Reads and writes under way end with an error. */
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
    const { kept } = this.#options;
    if (kept !== undefined) {
      return join(kept.folder, `${kept.prefix}-${++this.#lastFile}.blob`);
    }
    this.#folder ??= this.#makeFolder();
    return join(this.#folder, `${++this.#lastFile}.blob`);
  }

  /** Counts bytes that arrived for a file. Throws when they are more than the limit allows. */
  addBytes(count: number): void {
    const maxBytes = this.#options.maxBytes?.() ?? Infinity;
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

  /** The entry of a file that was written is on the disk. */
  syncFolder(done: (error: Error | null) => void): void {
    const { kept } = this.#options;
    if (kept === undefined || process.platform === "win32") {
      done(null); // (Folders cannot be opened there; NTFS keeps a journal of its entries.)
      return;
    }
    open(kept.folder, "r", (openError, folder) => {
      if (openError !== null) {
        done(openError);
        return;
      }
      fsync(folder, (error) => {
        close(folder, () => done(error));
      });
    });
  }

  /** Removes the file of a kept value, once the value is certainly gone. */
  removeKept(path: string): void {
    if (!this.#isRestoring) {
      this.#options.kept?.whenSafe(() => this.remove(path));
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
