import { join } from "node:path";
import { BlockBuffer } from "./block-buffer.ts";
import { type Block, BlockReader, eachRecord } from "./block-reader.ts";
import { type Disk, type DiskFile, syncAll, writeAll } from "./disk.ts";
import { LogError } from "./errors.ts";
import { logFile, snapshotFile, sortNames } from "./file-names.ts";
import { encodeHeader, END_FLAG, GAP_FLAG, HEADER_BYTES } from "./format.ts";
import { nodeDisk } from "./node-disk.ts";
import { lockFolder, surveyFolder } from "./open-log.ts";
import { readHeader } from "./read-header.ts";
import type { BadPlace, Survey } from "./surveyed.ts";

/** Each repair mends one place and looks again; a folder with more damage than this is beyond it. */
const MOST_STEPS = 100;
const COPY_BYTES = 1_048_576;

export interface RepairReport {
  /** What was done, in sentences; empty when nothing was wrong. */
  readonly steps: readonly string[];
  /** Where the files are as they were before; `undefined` when nothing was wrong. */
  readonly copies: string | undefined;
}

/**
 * Makes a damaged folder one that opens. A log ends before its first bad place; a snapshot loses the blocks that are damaged
 * (changes may then be replayed to things that are not there). Every file is copied to a folder beside the others before it is
 * changed or dropped: nothing is destroyed. Throws as `openLog` does.
 */
export async function repairLog(folder: string, disk: Disk = nodeDisk()): Promise<RepairReport> {
  const { lock } = await lockFolder(disk, folder);
  try {
    const repair = new Repair(disk, folder);
    for (let step = 0; step < MOST_STEPS; step++) {
      const found = await surveyFolder(disk, folder, undefined);
      if (found.bad === undefined) {
        return repair;
      }
      await repair.mend(found, found.bad);
    }
    throw new LogError(
      "corrupt",
      `${folder} is damaged in more than ${MOST_STEPS} places; copies of its files: ${repair.copies}`,
    );
  } finally {
    await lock.release();
  }
}

class Repair implements RepairReport {
  readonly steps: string[] = [];
  copies: string | undefined;
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #copied = new Set<string>();

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  async mend(found: Survey, bad: BadPlace): Promise<void> {
    const names = sortNames(await this.#disk.list(this.#folder));
    this.#say(bad, bad.reason);
    if (bad.kind === "snapshot") {
      const dropped = await this.#rewriteSnapshot(bad, names.segments[0] ?? 1);
      this.#say(bad, `rewritten with its sound blocks; lost are ${dropped}`);
      return;
    }
    const isThere = names.segments.includes(bad.number);
    if (isThere && bad.offset === 0 && (await this.#headerIsAllThatIsBad(bad))) {
      this.#say(bad, "its header was made again");
      return;
    }
    // From the last to the first: if this is broken off, the folder is still known to be damaged.
    for (const number of names.segments.filter((other) => other > bad.number).reverse()) {
      await this.#copy(logFile(number));
      await this.#disk.delete(join(this.#folder, logFile(number)));
      this.steps.push(`${logFile(number)}: dropped, for it comes after the damage`);
    }
    const resumeAt = Math.max(found.position, found.synced);
    await this.#rewriteSegment(bad, isThere, resumeAt);
    this.#say(bad, `everything from byte ${Math.max(bad.offset, HEADER_BYTES)} was dropped`);
  }

  /** The sound beginning of a segment, and a mark that says that records up to `resumeAt` were dropped. */
  async #rewriteSegment(bad: BadPlace, isThere: boolean, resumeAt: number): Promise<void> {
    const end = Math.max(bad.offset, HEADER_BYTES);
    const kept = new Uint8Array(end);
    if (isThere) {
      await this.#copy(bad.file);
      await this.#withFile(bad.file, (file) => file.read(kept, 0));
    }
    const mark = new BlockBuffer();
    const total = mark.seal(resumeAt, resumeAt, GAP_FLAG, bad.number, end);
    const bytes = new Uint8Array(end + total);
    bytes.set(kept);
    bytes.set(encodeHeader("log", bad.number, bytes.length));
    bytes.set(mark.bytes.subarray(0, total), end);
    await this.#replace(bad.file, logFile(bad.number, "tmp"), bytes);
  }

  async #headerIsAllThatIsBad(bad: BadPlace): Promise<boolean> {
    return this.#withFile(bad.file, async (file) => {
      const reader = await BlockReader.open(file, bad.number);
      if ("kind" in (await reader.next()) || (await readHeader(file, "log", bad.number)).kind !== "bad") {
        return false;
      }
      await this.#copy(bad.file);
      const bytes = new Uint8Array(reader.size);
      await file.read(bytes, 0);
      bytes.set(encodeHeader("log", bad.number, reader.size));
      await this.#replace(bad.file, logFile(bad.number, "tmp"), bytes);
      return true;
    });
  }

  async #rewriteSnapshot(bad: BadPlace, firstSegment: number): Promise<string> {
    await this.#copy(bad.file);
    const unfinished = join(this.#folder, snapshotFile(bad.number, "tmp"));
    await this.#disk.delete(unfinished).catch(() => undefined);
    const to = await this.#disk.open(unfinished, "create");
    let lost = 0;
    await this.#withFile(bad.file, async (file) => {
      const header = await readHeader(file, "snapshot", bad.number);
      const segment = header.kind === "header" ? header.header.extra : firstSegment;
      const reader = await BlockReader.open(file, bad.number);
      let place = HEADER_BYTES;
      let first = 0;
      let synced = 0;
      await writeAll(to, encodeHeader("snapshot", bad.number, segment), 0, false);
      const put = async (buffer: BlockBuffer, flags: number): Promise<void> => {
        const total = buffer.seal(first, synced, flags, bad.number, place);
        await writeAll(to, buffer.bytes.subarray(0, total), place, false);
        place += total;
        first += buffer.count;
      };
      for (;;) {
        const from = reader.place;
        const block: Block | undefined = await soundBlock(reader);
        if (block === undefined) {
          lost += Math.max(0, reader.size - from);
          break;
        }
        lost += block.place - from;
        const buffer = new BlockBuffer();
        eachRecord(block, 0, (bytes, start, end) => buffer.add(bytes, start, end));
        if ((block.flags & END_FLAG) !== 0) {
          synced = block.synced;
        }
        await put(buffer, 0);
      }
      await put(new BlockBuffer(), END_FLAG);
      await syncAll(to);
    });
    await to.close();
    await this.#disk.rename(unfinished, join(this.#folder, bad.file));
    await this.#disk.syncFolder(this.#folder);
    return `${lost} bytes`;
  }

  async #replace(name: string, unfinished: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#folder, unfinished);
    await this.#disk.delete(path).catch(() => undefined);
    const file = await this.#disk.open(path, "create");
    await writeAll(file, bytes, 0, false);
    await syncAll(file);
    await file.close();
    await this.#disk.rename(path, join(this.#folder, name));
    await this.#disk.syncFolder(this.#folder);
  }

  /** Copies a file as it was before any repair, once. */
  async #copy(name: string): Promise<void> {
    if (this.#copied.has(name)) {
      return;
    }
    this.#copied.add(name);
    this.copies ??= await this.#newCopyFolder();
    const to = await this.#disk.open(join(this.copies, name), "create");
    await this.#withFile(name, async (file) => {
      const piece = new Uint8Array(COPY_BYTES);
      let place = 0;
      for (let count = await file.read(piece, 0); count > 0; count = await file.read(piece, place)) {
        await writeAll(to, piece.subarray(0, count), place, false);
        place += count;
      }
    });
    await syncAll(to);
    await to.close();
    await this.#disk.syncFolder(this.copies);
  }

  async #newCopyFolder(): Promise<string> {
    const names = await this.#disk.list(this.#folder);
    let number = 1;
    while (names.includes(`damaged-${number}`)) {
      number++;
    }
    const path = join(this.#folder, `damaged-${number}`);
    await this.#disk.makeFolder(path);
    await this.#disk.syncFolder(this.#folder);
    return path;
  }

  async #withFile<T>(name: string, use: (file: DiskFile) => Promise<T>): Promise<T> {
    const file = await this.#disk.open(join(this.#folder, name), "read");
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }

  #say(bad: BadPlace, what: string): void {
    this.steps.push(`${bad.file}, byte ${bad.offset}: ${what}`);
  }
}

/** The next sound block, wherever it begins. */
async function soundBlock(reader: BlockReader): Promise<Block | undefined> {
  const block = await reader.next();
  return "kind" in block ? reader.search(reader.place + 8, () => true) : block;
}
