import { close, constants, fdatasync, fdatasyncSync, open as openFd, openSync, write, writeSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import type { Disk, DiskFile, Done } from "./disk.ts";
import { lockFolder } from "./folder-lock.ts";

/**
 * Only Linux syncs all that a later read needs on `O_DSYNC` (one system call where a write and a sync are two); elsewhere
 * (macOS leaves the bytes in the drive's own memory) a write is followed by a sync.
 */
const dataSync = process.platform === "linux" ? constants.O_DSYNC : undefined;

/** The file system that Node gives. Nothing here blocks the thread, but for `writeNow`. */
export function nodeDisk(): Disk {
  return {
    makeFolder: async (path) => {
      await mkdir(path, { recursive: true, mode: 0o700 });
    },
    list: (path) => readdir(path),
    open: async (path, mode) => {
      const flags = { read: "r", write: "r+", create: "wx+" }[mode];
      return new NodeFile(path, await open(path, flags, 0o600));
    },
    rename: (from, to) => rename(from, to),
    delete: (path) => unlink(path),
    syncFolder,
    lock: (folder, notes) => lockFolder(folder, notes),
  };
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") {
    return; // Folders cannot be opened there; NTFS keeps a journal of its entries.
  }
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

class NodeFile implements DiskFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  /** The same file, opened so that a write is also a sync; opened by the first durable write. */
  #durableFd: number | undefined;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await this.#handle.read(into, filled, into.length - filled, position + filled);
      if (bytesRead === 0) {
        break;
      }
      filled += bytesRead;
    }
    return filled;
  }

  write(bytes: Uint8Array, start: number, end: number, position: number, isDurable: boolean, done: Done): void {
    if (!isDurable) {
      writeFully(this.#handle.fd, bytes, start, end, position, done);
    } else if (dataSync !== undefined) {
      this.#writeDurably(dataSync, bytes, start, end, position, done);
    } else {
      writeFully(this.#handle.fd, bytes, start, end, position, (error) => {
        if (error === null) {
          this.sync(done);
        } else {
          done(error);
        }
      });
    }
  }

  writeNow(bytes: Uint8Array, start: number, end: number, position: number): void {
    if (dataSync === undefined) {
      writeFullyNow(this.#handle.fd, bytes, start, end, position);
      fdatasyncSync(this.#handle.fd);
    } else {
      this.#durableFd ??= openSync(this.#path, constants.O_RDWR | dataSync);
      writeFullyNow(this.#durableFd, bytes, start, end, position);
    }
  }

  sync(done: Done): void {
    fdatasync(this.#handle.fd, done);
  }

  async close(): Promise<void> {
    const fd = this.#durableFd;
    if (fd !== undefined) {
      this.#durableFd = undefined;
      await new Promise<void>((resolve) => close(fd, () => resolve()));
    }
    await this.#handle.close();
  }

  #writeDurably(flag: number, bytes: Uint8Array, start: number, end: number, position: number, done: Done): void {
    if (this.#durableFd !== undefined) {
      writeFully(this.#durableFd, bytes, start, end, position, done);
      return;
    }
    openFd(this.#path, constants.O_RDWR | flag, (error, fd) => {
      if (error !== null) {
        done(error);
        return;
      }
      this.#durableFd = fd;
      writeFully(fd, bytes, start, end, position, done);
    });
  }
}

function writeFully(fd: number, bytes: Uint8Array, start: number, end: number, position: number, done: Done): void {
  write(fd, bytes, start, end - start, position, (error, written) => {
    if (error !== null || start + written >= end) {
      done(error);
    } else {
      writeFully(fd, bytes, start + written, end, position + written, done);
    }
  });
}

function writeFullyNow(fd: number, bytes: Uint8Array, start: number, end: number, position: number): void {
  for (let at = start; at < end;) {
    at += writeSync(fd, bytes, at, end - at, position + at - start);
  }
}
