import { type Disk, type DiskFile, nodeDisk } from "../../src/log/index.ts";

/** Node's file system, which can be made to take its time, to be full, or to fail. */
export class HeldDisk implements Disk {
  /** What a write to the log, or making a file, comes to instead of happening. */
  fault: NodeJS.ErrnoException | undefined;
  /** Whether only making files fails. */
  isOnlyForNewFiles = false;
  readonly #disk = nodeDisk();
  #held: (() => void)[] | undefined;

  makeFolder = this.#disk.makeFolder.bind(this.#disk);
  list = this.#disk.list.bind(this.#disk);
  rename = this.#disk.rename.bind(this.#disk);
  delete = this.#disk.delete.bind(this.#disk);
  syncFolder = this.#disk.syncFolder.bind(this.#disk);
  lock = this.#disk.lock.bind(this.#disk);

  #holdsOnlySyncs = false;

  /** Writes that begin from now on wait for `letGo`: on the disk is only what was written before. */
  hold(): void {
    this.#held ??= [];
    this.#holdsOnlySyncs = false;
  }

  /** Only what is to be on the disk for good waits; the system takes the rest. */
  holdSyncs(): void {
    this.#held ??= [];
    this.#holdsOnlySyncs = true;
  }

  /** Those that wait happen; later ones wait still. */
  letThrough(): void {
    this.letGo();
    this.hold();
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    held.forEach((write) => write());
  }

  get heldCount(): number {
    return this.#held?.length ?? 0;
  }

  async open(path: string, mode: "read" | "write" | "create"): Promise<DiskFile> {
    if (mode === "create" && this.fault !== undefined) {
      throw this.fault;
    }
    const file = await this.#disk.open(path, mode);
    const write: DiskFile["write"] = (bytes, start, end, position, isDurable, done) => {
      const begin = (): void => {
        if (this.fault !== undefined && !this.isOnlyForNewFiles) {
          done(this.fault);
        } else {
          file.write(bytes, start, end, position, isDurable, done);
        }
      };
      if (this.#held === undefined || (this.#holdsOnlySyncs && !isDurable)) {
        begin();
      } else {
        this.#held.push(begin);
      }
    };
    const sync: DiskFile["sync"] = (done) => {
      if (this.#held !== undefined && this.#holdsOnlySyncs) {
        this.#held.push(() => file.sync(done));
      } else {
        file.sync(done);
      }
    };
    return {
      write,
      size: () => file.size(),
      read: (into, position) => file.read(into, position),
      sync,
      close: () => file.close(),
    };
  }
}

export function diskError(code: "ENOSPC" | "EIO"): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: made by a test`), { code, syscall: "write" });
}
