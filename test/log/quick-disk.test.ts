import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Clock, type Disk, nodeDisk, systemClock } from "../../src/log/index.ts";
import { OwnerOfRecords } from "./owner-of-records.ts";
import { systemError } from "./simulated-disk.ts";

let folder: string;
let nowMs: number;
const clock: Clock = { ...systemClock, now: () => nowMs };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-test-"));
  nowMs = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("a disk that is quick", () => {
  test("is waited for, and what was appended is there after a close", async () => {
    const disk = new TimedDisk();
    const owner = await open(disk);
    expect(await ways(owner, disk, 20)).toBe("a" + "w".repeat(19));
    expect(owner.log.durable).toBe(20);
    await owner.log.close();
    const after = await OwnerOfRecords.open({ folder });
    expect(after.records).toEqual(owner.records);
    await after.log.close();
  });

  test("is not waited for when others have something to do meanwhile", async () => {
    const disk = new TimedDisk();
    const owner = await open(disk);
    let count = 0;
    owner.log.mayWait = () => ++count % 2 === 0;
    expect(await ways(owner, disk, 7)).toBe("aawawaw");
    await owner.log.close();
  });

  test("is not waited for when there is much to write", async () => {
    const disk = new TimedDisk();
    const owner = await open(disk);
    await ways(owner, disk, 1);
    expect(await ways(owner, disk, 3, "x".repeat(70_000))).toBe("aaa");
    await owner.log.close();
  });

  test("stays so when one write takes a few milliseconds, but not when many do", async () => {
    const disk = new TimedDisk();
    const owner = await open(disk);
    await ways(owner, disk, 20);
    disk.waitedMs = 6;
    await ways(owner, disk, 1);
    disk.waitedMs = 0.1;
    expect(await ways(owner, disk, 20)).toBe("w".repeat(20));
    disk.waitedMs = 6;
    expect(await ways(owner, disk, 5)).toBe("wwaaa");
    await owner.log.close();
  });
});

describe("before a quick disk is waited for", () => {
  test("records gather that come turn after turn, from more than one", async () => {
    const { disk, owner } = await afterBlockOf(2);
    await appendOneEachTurn(owner, 20);
    await owner.log.sync();
    expect(disk.ways).toBe("w");
    await owner.log.close();
  });

  test("nobody waits for long", async () => {
    const { disk, owner } = await afterBlockOf(2);
    await appendOneEachTurn(owner, 20, 0.05);
    await owner.log.sync();
    expect(disk.ways).toMatch(/^ww+$/);
    await owner.log.close();
  });

  test("one alone does not wait", async () => {
    const { disk, owner } = await afterBlockOf(1);
    owner.append("alone");
    await turn();
    await turn();
    expect(disk.ways).toBe("w");
    await owner.log.close();
  });

  async function afterBlockOf(count: number): Promise<{ disk: TimedDisk; owner: OwnerOfRecords }> {
    const disk = new TimedDisk();
    const owner = await open(disk);
    await ways(owner, disk, 2);
    for (let i = 0; i < count; i++) {
      owner.append("before");
    }
    await owner.log.sync();
    disk.ways = "";
    return { disk, owner };
  }

  async function appendOneEachTurn(owner: OwnerOfRecords, count: number, ms = 0): Promise<void> {
    for (let i = 0; i < count; i++) {
      owner.append("one");
      nowMs += ms;
      await turn();
    }
  }
});

describe("a disk that is slow", () => {
  test("is waited for once, and once more after each of ever longer pauses", async () => {
    const disk = new TimedDisk();
    disk.waitedMs = 50;
    const owner = await open(disk);
    const waits: number[] = [];
    for (let last = 0; nowMs < 60_000; nowMs += 50) {
      if ((await ways(owner, disk, 1)) === "w") {
        waits.push(Math.round((nowMs - last) / 100) * 100);
        last = nowMs;
      }
    }
    expect(waits.slice(1)).toEqual([300, 500, 900, 1700, 3300, 6500, 10_100, 10_100, 10_100, 10_100]);
    await owner.log.close();
  });

  test("is not waited for while another thread is seen to wait long", async () => {
    const disk = new TimedDisk();
    disk.elsewhereMs = 8;
    const owner = await open(disk);
    expect(await ways(owner, disk, 20)).toBe("a".repeat(20));
    disk.elsewhereMs = 1;
    expect(await ways(owner, disk, 3)).toBe("aww");
    await owner.log.close();
  });
});

test("an error of a write that was waited for fails the log", async () => {
  const disk = new TimedDisk();
  const owner = await open(disk);
  await ways(owner, disk, 3);
  disk.fault = systemError("EIO", "write");
  owner.append("lost");
  await expect(owner.log.sync()).rejects.toThrow("writing the log");
  expect(owner.log.durable).toBe(3);
  await owner.log.close().catch(() => undefined);
});

test("what found no room while it was waited for is written when there is room", async () => {
  const disk = new TimedDisk();
  let tick = (): void => undefined;
  const every: Clock["every"] = (_ms, task) => {
    tick = task;
    return () => undefined;
  };
  const owner = await OwnerOfRecords.open({ folder, disk: disk.disk, clock: { ...clock, every } });
  await ways(owner, disk, 3);
  disk.fault = systemError("ENOSPC", "write");
  owner.append("later");
  await until(() => owner.log.isFull);
  expect(owner.log.durable).toBe(3);
  disk.fault = undefined;
  tick();
  await until(() => owner.log.durable === 4);
  expect(owner.log.isFull).toBe(false);
  await owner.log.close();
});

function open(disk: TimedDisk): Promise<OwnerOfRecords> {
  return OwnerOfRecords.open({ folder, disk: disk.disk, clock });
}

/** Appends so many records, each when the one before is durable; returns for each whether it was waited for (`w`) or not (`a`). */
async function ways(owner: OwnerOfRecords, disk: TimedDisk, count: number, text = "record"): Promise<string> {
  disk.ways = "";
  for (let i = 0; i < count; i++) {
    owner.append(text);
    await owner.log.sync();
  }
  return disk.ways;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await turn();
  }
}

/** Node's file system, whose durable writes take as long as a test says, by its clock. */
class TimedDisk {
  waitedMs = 0.1;
  elsewhereMs = 0.3;
  /** What a write that is waited for comes to. */
  fault: Error | undefined;
  /** How durable writes were done; but for the mark at the close. */
  ways = "";
  readonly disk: Disk;

  constructor() {
    const disk = nodeDisk();
    this.disk = {
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
              nowMs += this.elsewhereMs;
              this.ways += isDurable ? "a" : "";
              done(error);
            });
          },
          writeNow: (bytes, start, end, position) => {
            nowMs += this.waitedMs;
            this.ways += "w";
            if (this.fault !== undefined) {
              throw this.fault;
            }
            file.writeNow!(bytes, start, end, position);
          },
        };
      },
    };
  }
}
