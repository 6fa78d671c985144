import { type Disk, type DiskFile, type DiskLock, type Done, LogLockedError } from "../../src/log/index.ts";
import { Contents, put, SECTOR_BYTES, type Write } from "./contents.ts";
import type { Random } from "./simulation.ts";

interface Entry {
  readonly name: string;
  readonly contents: Contents | undefined;
}

/** When what the disk does is done, and what is left of it after a crash. */
export interface DiskTime {
  readonly random: Random;
  /** Runs `task` some time later, other tasks before or after it. */
  soon(task: () => void): void;
  /** The thread stands still for so many milliseconds. */
  pass(ms: number): void;
  /** No task runs any more. */
  stop(): void;
}

export type Operation = "open" | "read" | "write" | "sync" | "rename" | "delete" | "syncFolder" | "list";

/**
 * A disk in memory. Every operation takes a while; after a crash, each sector that was not synced is there or not, each entry
 * of a folder that was not synced is as before or as after. Everything is decided by the seed. Some disks can be waited for; no
 * crash happens meanwhile, for to all but the disk that is the same as a crash while another thread waits.
 */
export class SimulatedDisk implements Disk {
  /** Bytes that can still be given to files. */
  freeBytes = Infinity;
  /** Called before each operation; an error that it returns is the operation's. */
  fault: (operation: Operation, path: string) => NodeJS.ErrnoException | undefined = () => undefined;
  /** All operations so far, for tests that count or stop at each. */
  operations = 0;
  /** Of these, writes that were waited for. */
  waits = 0;
  readonly #time: DiskTime;
  readonly #canBeWaitedFor: boolean;
  #files = new Map<string, Contents>();
  #safeFiles = new Map<string, Contents>();
  /** What was done to the folder since it was synced, in order. */
  #unsafeEntries: Entry[][] = [];
  #locked = new Set<string>();
  #isGone = false;

  constructor(time: DiskTime, files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#time = time;
    this.#canBeWaitedFor = time.random.chance(0.3);
    for (const [name, bytes] of files) {
      const contents = new Contents(bytes.slice());
      this.#files.set(name, contents);
      this.#safeFiles.set(name, contents);
    }
  }

  /** The files as the process sees them: what is left when it is killed and the machine goes on. */
  get files(): Map<string, Uint8Array> {
    return new Map([...this.#files].map(([name, { live }]) => [name, live.slice()]));
  }

  /** The machine stops: nothing under way is finished. Returns what the next start finds on the disk. */
  crash(): Map<string, Uint8Array> {
    const { random } = this.#time;
    const keep = random.pick([0, 0.1, 0.5, 0.9, 1]);
    this.#stop();
    const entries = new Map(this.#safeFiles);
    for (const operation of this.#unsafeEntries) {
      if (random.chance(keep)) {
        for (const { name, contents } of operation) {
          setEntry(entries, name, contents);
        }
      }
    }
    const found = new Map<string, Uint8Array>();
    for (const [name, contents] of entries) {
      let bytes: Uint8Array = contents.safe.slice();
      for (const { position, bytes: written } of contents.unsafe) {
        for (let at = 0; at < written.length;) {
          const end = Math.min(written.length, at + SECTOR_BYTES - ((position + at) % SECTOR_BYTES));
          if (random.chance(keep)) {
            bytes = put(bytes, position + at, written.subarray(at, end));
          }
          at = end;
        }
      }
      found.set(name, bytes);
    }
    return found;
  }

  /** The process is killed, and the machine goes on: what the next process finds, which is no safer than it was. */
  kill(time: DiskTime): SimulatedDisk {
    this.#stop();
    const disk = new SimulatedDisk(time);
    disk.#files = this.#files;
    disk.#safeFiles = this.#safeFiles;
    disk.#unsafeEntries = this.#unsafeEntries;
    return disk;
  }

  async makeFolder(): Promise<void> {
    await this.#take("open", "");
  }

  async list(path: string): Promise<string[]> {
    await this.#take("list", path);
    const prefix = `${path}/`;
    const inside = [...this.#files.keys()].filter((name) => name.startsWith(prefix));
    return [...new Set(inside.map((name) => name.slice(prefix.length).split("/")[0]!))];
  }

  async open(path: string, mode: "read" | "write" | "create"): Promise<DiskFile> {
    await this.#take("open", path);
    let contents = this.#files.get(path);
    if (mode === "create") {
      if (contents !== undefined) {
        throw systemError("EEXIST", "open");
      }
      contents = new Contents();
      this.#files.set(path, contents);
      this.#unsafeEntries.push([{ name: path, contents }]);
    }
    if (contents === undefined) {
      throw systemError("ENOENT", "open");
    }
    return this.#file(path, contents);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#take("rename", from);
    const contents = this.#files.get(from);
    if (contents === undefined) {
      throw systemError("ENOENT", "rename");
    }
    this.#files.delete(from);
    this.#files.set(to, contents);
    this.#unsafeEntries.push([
      { name: from, contents: undefined },
      { name: to, contents },
    ]);
  }

  async delete(path: string): Promise<void> {
    await this.#take("delete", path);
    const contents = this.#files.get(path);
    if (contents === undefined) {
      throw systemError("ENOENT", "unlink");
    }
    this.#files.delete(path);
    this.freeBytes += contents.live.length;
    this.#unsafeEntries.push([{ name: path, contents: undefined }]);
  }

  async syncFolder(path: string): Promise<void> {
    const done = this.#unsafeEntries.length;
    await this.#take("syncFolder", path);
    for (const { name, contents } of this.#unsafeEntries.splice(0, done).flat()) {
      setEntry(this.#safeFiles, name, contents);
    }
  }

  lock(folder: string): Promise<DiskLock> {
    if (this.#locked.has(folder)) {
      return Promise.reject(new LogLockedError(folder, 1));
    }
    this.#locked.add(folder);
    const release = (): Promise<void> => {
      this.#locked.delete(folder);
      return Promise.resolve();
    };
    return Promise.resolve({ isLost: false, release });
  }

  #file(path: string, contents: Contents): DiskFile {
    return {
      size: () => this.#take("read", path).then(() => contents.live.length),
      read: async (into, position) => {
        await this.#take("read", path);
        const part = contents.live.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write: (bytes, start, end, position, isDurable, done) => {
        this.#write(path, contents, { position, bytes: bytes.slice(start, end) }, isDurable, done);
      },
      sync: (done) => {
        const before = [...contents.unsafe];
        this.#later("sync", path, (error) => {
          if (error === null) {
            this.#makeSafe(contents, before);
          }
          done(error);
        });
      },
      close: () => Promise.resolve(),
      ...(this.#canBeWaitedFor && {
        writeNow: (bytes, start, end, position) => {
          this.#writeNow(path, contents, { position, bytes: bytes.slice(start, end) });
        },
      }),
    };
  }

  #writeNow(path: string, contents: Contents, write: Write): void {
    const { random } = this.#time;
    const { written, missing } = this.#put(contents, write);
    this.#time.pass(random.next() * (random.chance(0.02) ? 30 : 0.5));
    this.operations++;
    this.waits++;
    const error = missing > 0 ? systemError("ENOSPC", "write") : this.fault("write", path);
    if (error !== undefined) {
      throw error;
    }
    this.#makeSafe(contents, [written]);
  }

  /** The process sees these bytes in the file, as far as there is room. */
  #put(contents: Contents, write: Write): { readonly written: Write; readonly missing: number } {
    const growth = Math.max(0, write.position + write.bytes.length - contents.live.length);
    const missing = Math.max(0, growth - this.freeBytes);
    const written: Write = { position: write.position, bytes: write.bytes.subarray(0, write.bytes.length - missing) };
    this.freeBytes -= growth - missing;
    contents.unsafe.push(written);
    contents.live = put(contents.live, written.position, written.bytes);
    return { written, missing };
  }

  #write(path: string, contents: Contents, write: Write, isDurable: boolean, done: Done): void {
    const { written, missing } = this.#put(contents, write);
    const finish = (error: Error | null): void => {
      const outcome = missing > 0 ? systemError("ENOSPC", "write") : error;
      if (isDurable && outcome === null) {
        this.#makeSafe(contents, [written]);
      }
      done(outcome);
    };
    if (this.#time.random.chance(0.3) && !this.#isGone) {
      this.operations++;
      finish(this.fault("write", path) ?? null);
    } else {
      this.#later("write", path, finish);
    }
  }

  #makeSafe(contents: Contents, writes: readonly Write[]): void {
    for (const write of writes) {
      contents.safe = put(contents.safe, write.position, write.bytes);
    }
    contents.unsafe = contents.unsafe.filter((write) => !writes.includes(write));
  }

  #take(operation: Operation, path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#later(operation, path, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  #later(operation: Operation, path: string, done: Done): void {
    this.#time.soon(() => {
      if (!this.#isGone) {
        this.operations++;
        done(this.fault(operation, path) ?? null);
      }
    });
  }

  #stop(): void {
    this.#isGone = true;
    this.#time.stop();
  }
}

export function systemError(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated, ${syscall}`), { code, syscall });
}

function setEntry(entries: Map<string, Contents>, name: string, contents: Contents | undefined): void {
  if (contents === undefined) {
    entries.delete(name);
  } else {
    entries.set(name, contents);
  }
}
