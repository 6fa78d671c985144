import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Disk, type Durability, LogFolderError, nodeDisk, systemClock } from "../../src/log/index.ts";
import { OwnerOfRecords } from "./owner-of-records.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-test-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each<Durability>(["fsync", "os", "memory"])(
  "what was appended with %s is there after a close",
  async (durability) => {
    const before = await OwnerOfRecords.open({ folder });
    for (let i = 0; i < 1_000; i++) {
      before.append(`record ${i} ${"x".repeat(i)}`, durability);
    }
    before.append("", durability);
    before.append("y".repeat(3_000_000), durability);
    await before.log.close();
    const after = await OwnerOfRecords.open({ folder });
    expect(after.records).toEqual(before.records);
    expect(after.log.end).toBe(1_002);
    expect(after.notes).toEqual([]);
    await after.log.close();
  },
);

test("a log that is opened and closed without being written to stays as it is", async () => {
  const one = await OwnerOfRecords.open({ folder });
  one.append("one");
  await one.log.close();
  await (await OwnerOfRecords.open({ folder })).log.close();
  const names = readdirSync(folder);
  for (let i = 0; i < 3; i++) {
    const again = await OwnerOfRecords.open({ folder });
    expect(again.records).toEqual(["one"]);
    await again.log.close();
  }
  expect(readdirSync(folder)).toEqual(names);
});

test("positions go on after a restart", async () => {
  const one = await OwnerOfRecords.open({ folder });
  expect([one.append("a"), one.append("b")]).toEqual([1, 2]);
  await one.log.close();
  const two = await OwnerOfRecords.open({ folder });
  expect(two.append("c")).toBe(3);
  await two.log.close();
});

test("a position is reached when it is as safe as was asked", async () => {
  const owner = await OwnerOfRecords.open({ folder, segmentBytes: 65_536 });
  const position = owner.append("os", "os");
  expect(owner.log.has(position, "memory")).toBe(true);
  expect(owner.log.has(position, "os")).toBe(false);
  await progress(owner, () => owner.log.has(position, "os"));
  expect(owner.log.has(position, "fsync")).toBe(false);
  const later = owner.append("fsync", "fsync");
  await progress(owner, () => owner.log.has(later, "fsync"));
  expect(owner.log.durable).toBe(2);
  await owner.log.close();
});

test("what is appended while a write is under way goes out in one block", async () => {
  const held: (() => void)[] = [];
  const owner = await OwnerOfRecords.open({ folder, disk: holdingWrites(nodeDisk(), held) });
  owner.append("first");
  await until(() => held.length === 1);
  for (let i = 0; i < 100; i++) {
    owner.append(`later ${i}`);
  }
  expect(owner.log.durable).toBe(0);
  expect(owner.log.stalledMs).toBeGreaterThan(0);
  held.shift()!();
  await until(() => held.length === 1);
  expect(owner.log.durable).toBe(1);
  held.shift()!();
  await progress(owner, () => owner.log.durable === 101);
  expect(owner.log.stats.blocks).toBe(2);
  await owner.log.close();
});

test("a disk that does not answer is reported, once", async () => {
  const held: (() => void)[] = [];
  const warnings: string[] = [];
  let nowMs = 0;
  let tick: () => void = () => undefined;
  const clock = {
    ...systemClock,
    now: () => nowMs,
    every: (_ms: number, task: () => void) => {
      tick = task;
      return () => undefined;
    },
  };
  const disk = holdingWrites(nodeDisk(), held);
  const owner = await OwnerOfRecords.open({ folder, disk, clock, warn: (message) => warnings.push(message) });
  owner.append("waits");
  await until(() => held.length === 1);
  for (; nowMs <= 60_000; nowMs += 1_000) {
    tick();
  }
  expect(warnings).toEqual(["the disk has not answered for 6 s; changes wait for it"]);
  held.shift()!();
  await owner.log.close();
});

test("other files in the folder are left alone", async () => {
  writeFileSync(join(folder, "log-notes.txt"), "mine");
  const owner = await OwnerOfRecords.open({ folder });
  owner.append("x");
  await owner.log.snapshot(owner.recordsNow());
  await owner.log.close();
  await (await OwnerOfRecords.open({ folder })).log.close();
  expect(statSync(join(folder, "log-notes.txt")).size).toBe(4);
});

test("a closed log refuses, and lets the folder go", async () => {
  const owner = await OwnerOfRecords.open({ folder });
  await owner.log.close();
  await owner.log.close();
  expect(() => owner.append("late")).toThrow("closed");
  expect(readdirSync(folder).filter((name) => name.startsWith("lock"))).toEqual([]);
});

test("a folder that cannot be used is named", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  await expect(OwnerOfRecords.open({ folder: join(file, "data") })).rejects.toThrow(LogFolderError);
  await expect(OwnerOfRecords.open({ folder: file })).rejects.toThrow(`the data folder ${file} cannot be used`);
});

/** A disk whose durable writes are done only when the test says so. */
function holdingWrites(disk: Disk, held: (() => void)[]): Disk {
  return {
    ...disk,
    open: async (path, mode) => {
      const file = await disk.open(path, mode);
      return {
        size: () => file.size(),
        read: (into, position) => file.read(into, position),
        sync: (done) => file.sync(done),
        close: () => file.close(),
        write: (bytes, start, end, position, isDurable, done) => {
          file.write(bytes, start, end, position, isDurable, (error) => {
            // The mark at the close is let through.
            if (isDurable && end > 32) {
              held.push(() => done(error));
            } else {
              done(error);
            }
          });
        },
      };
    },
  };
}

function progress(owner: OwnerOfRecords, isReached: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (isReached()) {
        owner.log.onProgress = () => undefined;
        resolve();
      }
    };
    owner.log.onProgress = look;
    look();
  });
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
