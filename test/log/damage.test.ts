import { beforeAll, expect, test } from "vitest";
import { checkLog, LogCorruptError, LogVersionError, openLog, repairLog } from "../../src/log/index.ts";
import {
  BLOCK_HEAD_BYTES,
  encodeHeader,
  HEADER_BYTES,
  readBlockHead,
  sealBlock,
  viewOf,
} from "../../src/log/format.ts";
import { OwnerOfRecords } from "./owner-of-records.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { Random, Simulation } from "./simulation.ts";

const rules = { folder: "data", segmentBytes: 768, snapshotBytes: 1_000_000 };
type Files = Map<string, Uint8Array>;

interface Small {
  readonly name: string;
  readonly files: Files;
  readonly records: readonly string[];
}

const logs: Small[] = [];

beforeAll(async () => {
  // Closed properly, with three segments; the same without the last mark, as after a kill; and one with a snapshot.
  for (const name of ["closed", "killed", "with a snapshot"]) {
    const simulation = new Simulation(new Random(3));
    const disk = new SimulatedDisk(simulation);
    const owner = await simulation.until(OwnerOfRecords.open({ ...rules, disk, clock: simulation }));
    for (let i = 0; i < 24; i++) {
      owner.append(`record ${i} ${"x".repeat(i * 3)}`);
      await simulation.run();
      if (i === 15 && name === "with a snapshot") {
        await simulation.until(owner.log.snapshot(owner.recordsNow()));
      }
    }
    if (name !== "killed") {
      await simulation.until(owner.log.close());
    }
    logs.push({ name, files: disk.files, records: owner.records });
  }
  expect(logs[0]!.files.size).toBeGreaterThan(2);
});

function withFile(files: Files, name: string, bytes: Uint8Array | undefined): Files {
  const changed = new Map(files);
  if (bytes === undefined) {
    changed.delete(name);
  } else {
    changed.set(name, bytes);
  }
  return changed;
}

async function openOn(files: Files): Promise<OwnerOfRecords> {
  const simulation = new Simulation(new Random(1));
  const disk = new SimulatedDisk(simulation, files);
  return simulation.until(OwnerOfRecords.open({ ...rules, disk, clock: simulation }));
}

/**
 * Opens a damaged log. It may refuse, having changed nothing; or give all records; or cut off a tail, and say so. A cut that
 * loses records is right only where nothing behind it can tell that they were durable: in the last block.
 */
async function mustBeHonest(
  log: Small,
  damaged: Files,
  what: string,
  mostLost: number,
): Promise<"refused" | "cut" | "whole"> {
  try {
    const owner = await openOn(damaged);
    const count = owner.records.length;
    expect(owner.records, what).toEqual(log.records.slice(0, count));
    expect(log.records.length - count, `${what}: lost records`).toBeLessThanOrEqual(mostLost);
    if (count < log.records.length) {
      expect(owner.notes.join(), what).toContain("cut off at byte");
    }
    return owner.notes.length > 0 ? "cut" : "whole";
  } catch (error) {
    if (!(error instanceof LogCorruptError)) {
      throw error;
    }
    expect(error.message, what).toContain(error.file);
    expect(error.message, what).toContain("nws data repair");
    return "refused";
  }
}

test("a flipped bit anywhere is refused, or cuts off a tail and says so; no record is ever wrong", async () => {
  for (const log of logs) {
    const outcomes = { refused: 0, cut: 0, whole: 0 };
    for (const [name, bytes] of log.files) {
      for (let at = 0; at < bytes.length; at++) {
        // Each bit where there is something; one bit of a byte in the zeros.
        const bits = bytes.subarray(at, at + 40).some((byte) => byte !== 0) ? [at % 8, (at + 3) % 8] : [at % 8];
        for (const bit of at % 16 === 0 || bits.length === 2 ? bits : []) {
          const flipped = bytes.slice();
          flipped[at]! ^= 1 << bit;
          const what = `${log.name}: ${name}, byte ${at}, bit ${bit}`;
          const outcome = await mustBeHonest(
            log,
            withFile(log.files, name, flipped),
            what,
            log.name === "killed" ? 1 : 0,
          );
          outcomes[outcome]++;
        }
      }
    }
    expect(outcomes.refused, log.name).toBeGreaterThan(1_000);
    expect(outcomes.cut, log.name).toBeGreaterThan(50);
  }
});

test("a file cut short anywhere is refused, or cuts off a tail and says so", async () => {
  for (const log of logs) {
    const last = [...log.files.keys()].filter((name) => name.includes("/log-")).sort();
    for (const [name, bytes] of log.files) {
      for (let length = 0; length < bytes.length; length += length < 40 ? 1 : 7) {
        const what = `${log.name}: ${name}, ${length} bytes`;
        // Of the last segments nobody knows how much there was.
        const mostLost = last.slice(-2).includes(name) ? 24 : 0;
        const outcome = await mustBeHonest(log, withFile(log.files, name, bytes.slice(0, length)), what, mostLost);
        expect(outcome === "whole" && !name.includes("log-"), what).toBe(false);
      }
    }
  }
});

test("a missing file is refused, unless nothing can tell that there was one", async () => {
  for (const log of logs) {
    const names = [...log.files.keys()].sort();
    const segments = names.filter((name) => name.includes("/log-"));
    for (const name of names) {
      const isLast = segments.slice(-2).includes(name);
      await mustBeHonest(
        log,
        withFile(log.files, name, undefined),
        `${log.name}: without ${name}`,
        isLast ? 24 : 0,
      ).catch((error: unknown) => {
        // Records that vanished with the last files cannot be noted.
        expect(isLast, String(error)).toBe(true);
      });
    }
  }
});

test("a refused folder is left as it was, check says what is wrong, and repair makes it open and keeps copies", async () => {
  for (const log of logs) {
    for (const [name, bytes] of log.files) {
      for (let at = 0; at < bytes.length; at += 37) {
        const flipped = bytes.slice();
        flipped[at]! ^= 0x10;
        const simulation = new Simulation(new Random(at));
        const disk = new SimulatedDisk(simulation, withFile(log.files, name, flipped));
        const before = disk.files;
        const isRefused = await simulation.until(OwnerOfRecords.open({ ...rules, disk, clock: simulation })).then(
          () => false,
          () => true,
        );
        if (!isRefused) {
          continue;
        }
        expect(disk.files).toEqual(before);
        const report = await simulation.until(checkLog("data", undefined, disk));
        expect(report.bad?.reason).toBeTypeOf("string");
        expect(disk.files).toEqual(before);

        const repair = await simulation.until(repairLog("data", disk));
        expect(repair.steps.length).toBeGreaterThan(0);
        expect((await simulation.until(checkLog("data", undefined, disk))).bad).toBeUndefined();
        for (const [original, content] of before) {
          const now = disk.files.get(original);
          const isAsBefore = now !== undefined && Buffer.from(now).equals(content);
          const copy = isAsBefore ? now : disk.files.get(`${repair.copies}/${original.slice("data/".length)}`);
          expect(copy, `${log.name}: ${original} after damage at byte ${at} of ${name}`).toEqual(content);
        }
        // The log goes on, and positions never come twice.
        const positions: number[] = [];
        const replay = {
          snapshotRecord: () => undefined,
          record: (_bytes: Uint8Array, _start: number, _end: number, position: number) => void positions.push(position),
        };
        const { log: repaired } = await simulation.until(openLog({ ...rules, disk, clock: simulation, replay }));
        const next = repaired.append(new Uint8Array(3), 0, 3, "fsync");
        expect(next).toBeGreaterThan(positions.at(-1) ?? 0);
        await simulation.until(repaired.close());
        await simulation.until(openLog({ ...rules, disk, clock: simulation, replay }));
        expect(positions.at(-1)).toBe(next);
      }
    }
  }
});

test("repairing a sound folder does nothing", async () => {
  const simulation = new Simulation(new Random(1));
  const disk = new SimulatedDisk(simulation, logs[0]!.files);
  expect(await simulation.until(repairLog("data", disk))).toMatchObject({ steps: [], copies: undefined });
  expect(disk.files).toEqual(logs[0]!.files);
  const report = await simulation.until(checkLog("data", undefined, disk));
  expect(report).toMatchObject({ bad: undefined, records: 24, notes: [] });
});

test("a newer format is refused before anything is touched, wherever it is", async () => {
  for (const log of logs) {
    for (const [name, bytes] of log.files) {
      const newer = bytes.slice();
      const kind = name.includes("snapshot") ? "snapshot" : "log";
      newer.set(encodeHeader(kind, Number(/[0-9]+/.exec(name)![0]), bytes.length, 2));
      const simulation = new Simulation(new Random(1));
      const disk = new SimulatedDisk(simulation, withFile(log.files, name, newer));
      const before = disk.files;
      for (const use of [
        (): Promise<unknown> => OwnerOfRecords.open({ ...rules, disk, clock: simulation }),
        (): Promise<unknown> => repairLog("data", disk),
      ]) {
        const error: unknown = await simulation.until(use()).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(LogVersionError);
        expect((error as Error).message).toContain("format 2");
      }
      expect(disk.files).toEqual(before);
    }
  }
});

test("a block whose records do not fill it is damage, though its checksum is right", async () => {
  for (const log of logs) {
    const [name, bytes] = [...log.files].sort(([a], [b]) => (a < b ? -1 : 1))[0]!;
    const number = Number(/[0-9]+/.exec(name)![0]);
    const head = readBlockHead(viewOf(bytes), HEADER_BYTES);
    const firstRecord = HEADER_BYTES + BLOCK_HEAD_BYTES;
    for (const count of [head.count - 1, head.count + 1, 0xffff_ffff]) {
      const miscounted = bytes.slice();
      sealBlock(miscounted, HEADER_BYTES, { ...head, count }, number, HEADER_BYTES);
      expect(await mustBeHonest(log, withFile(log.files, name, miscounted), `${name}: ${count} records`, 0)).toBe(
        "refused",
      );
    }
    for (const length of [0, 0x7f, 0xff]) {
      const mislaid = bytes.slice();
      mislaid.fill(length, firstRecord, firstRecord + (length === 0xff ? head.length : 1));
      sealBlock(mislaid, HEADER_BYTES, head, number, HEADER_BYTES);
      expect(await mustBeHonest(log, withFile(log.files, name, mislaid), `${name}: a record of ${length}`, 0)).toBe(
        "refused",
      );
    }
  }
});
