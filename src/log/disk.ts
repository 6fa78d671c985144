/**
 * All that the log asks of a file system. What is not synced may be lost, wholly or in part, when the machine stops;
 * a folder's entries are synced apart from the files' contents. Errors are those of Node's file system.
 */
export interface Disk {
  /** Makes a folder, and those above it, for its user alone; one that exists is left as it is. */
  makeFolder(path: string): Promise<void>;
  /** The names in a folder. */
  list(path: string): Promise<string[]>;
  /** `create` refuses a file that exists; `write` also reads. */
  open(path: string, mode: "read" | "write" | "create"): Promise<DiskFile>;
  /** Replaces `to` where it exists. */
  rename(from: string, to: string): Promise<void>;
  delete(path: string): Promise<void>;
  /** What was made, renamed and deleted in this folder is durable afterwards. */
  syncFolder(path: string): Promise<void>;
  /** Keeps others out until it is released or the process is gone. Throws `LogLockedError`. */
  lock(folder: string, notes: string[]): Promise<DiskLock>;
}

export interface DiskLock {
  /** Set when somebody else took the folder over, which happens only to a process that stood still for long. */
  readonly isLost: boolean;
  release(): Promise<void>;
}

export interface DiskFile {
  size(): Promise<number>;
  /** Fills `into` from `position`; returns how many bytes there were, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /**
   * Writes all of `bytes[start, end)`. With `isDurable` these bytes, and no others, are durable when `done` is called
   * without an error. `done` may be called before `write` returns.
   */
  write(bytes: Uint8Array, start: number, end: number, position: number, isDurable: boolean, done: Done): void;
  /**
   * The same as a durable `write`, while the thread waits: these bytes are durable when it returns, and it throws what `write` would call
   * `done` with. A disk that cannot do this leaves it out.
   */
  writeNow?(bytes: Uint8Array, start: number, end: number, position: number): void;
  /** All that was written is durable when `done` is called without an error. */
  sync(done: Done): void;
  close(): Promise<void>;
}

export type Done = (error: Error | null) => void;

/** `DiskFile.write` where nothing is in a hurry. */
export function writeAll(file: DiskFile, bytes: Uint8Array, position: number, isDurable: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    file.write(bytes, 0, bytes.length, position, isDurable, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** `DiskFile.sync` where nothing is in a hurry. */
export function syncAll(file: DiskFile): Promise<void> {
  return new Promise((resolve, reject) => {
    file.sync((error) => (error === null ? resolve() : reject(error)));
  });
}
