import { join } from "node:path";
import { type Block, BlockReader, eachRecord, type NoBlock } from "./block-reader.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { LogVersionError } from "./errors.ts";
import { logFile, snapshotFile, sortNames } from "./file-names.ts";
import {
  END_FLAG,
  type FileKind,
  FORMAT_VERSION,
  GAP_FLAG,
  type Header,
  type HeaderFound,
  HEADER_BYTES,
} from "./format.ts";
import { readHeader } from "./read-header.ts";
import { type BadPlace, type Survey, type SurveyedFile, Tally } from "./surveyed.ts";

/** Takes what a folder holds, in order: the snapshot's records, then the log's since. Bytes are valid during the call only. */
export interface Replay {
  snapshotRecord(bytes: Uint8Array, start: number, end: number): void;
  /** `position` is what `append` returned for the record. */
  record(bytes: Uint8Array, start: number, end: number, position: number): void;
}

/** Reads a folder from beginning to end, changing nothing. Throws `LogVersionError`, and what the disk throws. */
export async function survey(disk: Disk, folder: string, replay?: Replay): Promise<Survey> {
  const surveyor = new Surveyor(disk, folder, replay);
  await surveyor.run();
  return surveyor;
}

class Surveyor implements Survey {
  snapshot: SurveyedFile | undefined;
  readonly segments: SurveyedFile[] = [];
  readonly leftovers: string[] = [];
  readonly notes: string[] = [];
  position = 0;
  synced = 0;
  lastSegment = 0;
  lastIsEmpty = false;
  bad: BadPlace | undefined;
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #replay: Replay | undefined;
  /** The records below this are in the snapshot. */
  #replayFrom = 0;

  constructor(disk: Disk, folder: string, replay: Replay | undefined) {
    this.#disk = disk;
    this.#folder = folder;
    this.#replay = replay;
  }

  async run(): Promise<void> {
    const names = sortNames(await this.#disk.list(this.#folder));
    const snapshot = names.snapshots.at(-1);
    await this.#checkVersions(names.segments, names.snapshots);
    this.leftovers.push(...names.unfinished, ...names.snapshots.slice(0, -1).map((number) => snapshotFile(number)));
    this.lastSegment = names.segments.at(-1) ?? 0;

    let firstSegment = names.segments.length === 0 && snapshot === undefined ? 0 : 1;
    if (snapshot !== undefined) {
      this.#replayFrom = this.position = snapshot;
      firstSegment = await this.#readSnapshot(snapshot);
    }
    const needed = names.segments.filter((number) => number >= firstSegment);
    this.leftovers.push(...names.segments.filter((number) => number < firstSegment).map((number) => logFile(number)));
    if (this.bad === undefined && firstSegment > 0) {
      const missing = [firstSegment, ...needed.map((number) => number + 1).slice(0, -1)].find(
        (n) => !needed.includes(n),
      );
      if (missing === undefined) {
        await this.#readSegments(needed);
      } else {
        this.#isBad("log", missing, 0, "it is missing");
      }
    }
  }

  /** Nothing is touched, and nothing said to be damaged, when a newer version wrote any of it. */
  async #checkVersions(segments: readonly number[], snapshots: readonly number[]): Promise<void> {
    for (const [kind, numbers] of [
      ["log", segments],
      ["snapshot", snapshots],
    ] as const) {
      for (const number of numbers) {
        await this.#withFile(kind, number, async (file, path) => {
          const found = await readHeader(file, kind, number);
          if (found.kind === "version") {
            throw new LogVersionError(path, found.version, FORMAT_VERSION);
          }
        });
      }
    }
  }

  /** Returns the segment in which the log goes on. */
  async #readSnapshot(position: number): Promise<number> {
    return this.#withFile("snapshot", position, async (file) => {
      const header = this.#headerOf("snapshot", position, await readHeader(file, "snapshot", position));
      if (header === undefined) {
        return 0;
      }
      const reader = await BlockReader.open(file, position);
      const tally = new Tally(snapshotFile(position), position, reader.size);
      this.snapshot = tally;
      const take = this.#replay?.snapshotRecord.bind(this.#replay);
      for (;;) {
        const block = reader.nextInMemory() ?? (await reader.next());
        if ("kind" in block || block.first !== tally.records) {
          const reason =
            "kind" in block ? (block.kind === "bad" ? block.reason : "it ends too early") : "records are missing";
          this.#isBad("snapshot", position, tally.usedBytes, reason);
          return 0;
        }
        if (take !== undefined) {
          eachRecord(block, 0, take);
        }
        tally.add(block, reader.place);
        if ((block.flags & END_FLAG) !== 0) {
          this.synced = block.synced;
          return header.extra;
        }
      }
    });
  }

  async #readSegments(numbers: readonly number[]): Promise<void> {
    let expected: number | undefined = this.snapshot === undefined ? 0 : undefined;
    for (const [index, number] of numbers.entries()) {
      const isDone = await this.#withFile("log", number, async (file) => {
        const header = this.#headerOf("log", number, await readHeader(file, "log", number));
        if (header === undefined) {
          return true;
        }
        const reader = await BlockReader.open(file, number);
        const tally = new Tally(logFile(number), number, reader.size);
        this.segments.push(tally);
        const stop = await this.#readBlocks(reader, tally, expected);
        expected = tally.nextRecord ?? expected;
        const isShort = reader.size < header.extra;
        this.lastIsEmpty = stop.kind === "end" && tally.blocks === 0 && !isShort;
        if (stop.kind === "end" && !isShort) {
          return false;
        }
        const reason =
          stop.kind === "bad" ? stop.reason : `it was made with ${header.extra} bytes and has ${reader.size}`;
        return await this.#isTail(reader, tally, expected ?? this.#replayFrom, reason, numbers.slice(index + 1));
      });
      if (isDone) {
        break;
      }
    }
    this.position = Math.max(expected ?? 0, this.#replayFrom);
    const last = this.segments.at(-1);
    if (this.bad === undefined && last !== undefined && (expected ?? this.#replayFrom) < this.synced) {
      this.#isBad(
        "log",
        last.number,
        last.usedBytes,
        `records ${expected ?? 0} to ${this.synced} are missing behind it`,
      );
    }
  }

  /** All blocks of a segment; returns why there are no more. */
  async #readBlocks(reader: BlockReader, tally: Tally, expected: number | undefined): Promise<NoBlock> {
    for (;;) {
      const block = reader.nextInMemory() ?? (await reader.next());
      const stop = "kind" in block ? block : this.#take(block, reader, tally, expected);
      if (stop !== undefined) {
        return stop;
      }
    }
  }

  #take(block: Block, reader: BlockReader, tally: Tally, expectedAtFirst: number | undefined): NoBlock | undefined {
    const expected = tally.nextRecord ?? expectedAtFirst ?? Math.min(block.first, this.#replayFrom);
    const isGap = (block.flags & GAP_FLAG) !== 0 && block.first > expected;
    if (block.first !== expected && !isGap) {
      return { kind: "bad", reason: `records ${expected} to ${block.first} are missing before it` };
    }
    const replay = this.#replay;
    const skip = this.#replayFrom - block.first;
    if (replay !== undefined && skip < block.count) {
      let position = block.first + Math.max(0, skip);
      eachRecord(block, skip, (bytes, start, end) => replay.record(bytes, start, end, ++position));
    }
    tally.add(block, reader.place);
    return undefined;
  }

  /**
   * The blocks end in a bad place. That is no matter when an earlier start has cut it off and gone on in a later segment
   * (`false`: go on there). Otherwise it is the end of the log, where a crash may have torn what was never durable (`true`, with
   * a note); unless a later block knows that it was durable (`true`, with a bad place).
   */
  async #isTail(
    reader: BlockReader,
    tally: Tally,
    expected: number,
    reason: string,
    later: readonly number[],
  ): Promise<boolean> {
    for (const number of later) {
      const first = await this.#withFile("log", number, async (file) => (await BlockReader.open(file, number)).next());
      if (!("kind" in first)) {
        if (first.first !== expected) {
          this.#isBad("log", tally.number, tally.usedBytes, reason);
        }
        return first.first !== expected;
      }
    }
    const isProof = (head: { synced: number; first: number }): boolean =>
      head.synced > expected && head.first >= expected;
    let proof = await reader.search(tally.usedBytes, isProof);
    for (const number of later) {
      proof ??= await this.#withFile("log", number, async (file) => {
        return (await BlockReader.open(file, number)).search(HEADER_BYTES, isProof);
      });
    }
    if (proof !== undefined) {
      this.#isBad("log", tally.number, tally.usedBytes, reason);
    } else {
      this.lastIsEmpty = false;
      this.notes.push(
        `${tally.file} was cut off at byte ${tally.usedBytes} (of ${reader.size}), after record ${expected}: ${reason}. ` +
          "What came after it had not been finished when the server stopped",
      );
    }
    return true;
  }

  #headerOf(kind: FileKind, number: number, found: HeaderFound): Header | undefined {
    if (found.kind === "bad") {
      this.#isBad(kind, number, 0, found.reason);
    }
    return found.kind === "header" ? found.header : undefined;
  }

  #isBad(kind: FileKind, number: number, offset: number, reason: string): void {
    this.bad = { kind, number, offset, reason, file: kind === "log" ? logFile(number) : snapshotFile(number) };
  }

  async #withFile<T>(kind: FileKind, number: number, use: (file: DiskFile, path: string) => Promise<T>): Promise<T> {
    const path = join(this.#folder, kind === "log" ? logFile(number) : snapshotFile(number));
    const file = await this.#disk.open(path, "read");
    try {
      return await use(file, path);
    } finally {
      await file.close();
    }
  }
}
