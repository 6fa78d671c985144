import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog } from "../../src/log/index.ts";
import { OwnerOfRecords } from "./owner-of-records.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-snapshots-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("snapshots keep the folder small by themselves, and everything is there", async () => {
  const owner = await OwnerOfRecords.open({ folder, segmentBytes: 16_384, snapshotBytes: 65_536 });
  const live: string[] = [];
  owner.log.keepSnapshots(function* () {
    yield new TextEncoder().encode(`${owner.log.end}:${live.join()}`);
  });
  let most = 0;
  for (let i = 0; i < 400; i++) {
    for (let j = 0; j < 100; j++) {
      owner.append(`${i}-${j}`.padEnd(20), j % 10 === 0 ? "fsync" : "os");
    }
    await owner.log.sync();
    most = Math.max(most, sizeOf(folder));
  }
  await until(() => !owner.log.wantsSnapshot);
  expect(owner.log.stats.snapshots).toBeGreaterThan(5);
  expect(most).toBeLessThan(4 * 65_536);
  await owner.log.close();

  let snapshotPosition = 0;
  const positions: number[] = [];
  const { log } = await openLog({
    folder,
    replay: {
      snapshotRecord: (bytes, start, end) => {
        snapshotPosition = parseInt(new TextDecoder().decode(bytes.subarray(start, end)));
      },
      record: (_bytes, _start, _end, position) => positions.push(position),
    },
  });
  expect(positions).toEqual(Array.from({ length: 40_000 - snapshotPosition }, (_, i) => snapshotPosition + 1 + i));
  await log.close();
});

test("others have their turn while a snapshot is written", async () => {
  const owner = await OwnerOfRecords.open({ folder });
  let turns = 0;
  let isDone = false;
  const turn = (): void => {
    turns++;
    if (!isDone) {
      setImmediate(turn);
    }
  };
  turn();
  const record = new Uint8Array(64);
  await owner.log.snapshot(
    (function* () {
      for (let i = 0; i < 100_000; i++) {
        yield record;
      }
    })(),
  );
  isDone = true;
  // A turn for each slice of 64 KiB, at least.
  expect(turns).toBeGreaterThan(100);
  await owner.log.close();
});

test("a snapshot whose records fail leaves everything as it was", async () => {
  const owner = await OwnerOfRecords.open({ folder });
  owner.append("kept");
  const failing = (function* (): Generator<Uint8Array> {
    yield new Uint8Array(10);
    throw new Error("cannot be written down");
  })();
  await expect(owner.log.snapshot(failing)).rejects.toThrow("cannot be written down");
  await owner.log.snapshot(owner.recordsNow());
  await owner.log.close();
  const again = await OwnerOfRecords.open({ folder });
  expect(again.records).toEqual(["kept"]);
  await again.log.close();
});

test("closing ends a snapshot that is under way", async () => {
  const owner = await OwnerOfRecords.open({ folder });
  owner.append("kept");
  const endless = (function* (): Generator<Uint8Array> {
    for (;;) {
      yield new Uint8Array(1_000);
    }
  })();
  const snapshot = owner.log.snapshot(endless);
  const ended = expect(snapshot).rejects.toThrow("closed");
  await owner.log.close();
  await ended;
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function sizeOf(path: string): number {
  return readdirSync(path).reduce(
    (sum, name) => sum + (statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
