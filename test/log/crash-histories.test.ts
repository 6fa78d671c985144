import { expect, test } from "vitest";
import type { Durability } from "../../src/log/index.ts";
import { OwnerOfRecords } from "./owner-of-records.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { Random, Simulation } from "./simulation.ts";

/** `LOG_HISTORIES=100000 npx vitest run test/log` for a long run; `LOG_SEED=n` for one that failed. */
const histories = Number(process.env["LOG_HISTORIES"] ?? 1_500);
const onlySeed = process.env["LOG_SEED"];

test("whatever was reported durable is there after any crash, in order, with nothing else but what was appended next", async () => {
  const tally = { records: 0, crashes: 0, kills: 0, snapshots: 0, cuts: 0, waits: 0 };
  const seeds = onlySeed === undefined ? Array.from({ length: histories }, (_, seed) => seed) : [Number(onlySeed)];
  for (const seed of seeds) {
    await liveThrough(seed, tally);
  }
  if (onlySeed === undefined && histories >= 1_000) {
    expect(Math.min(...Object.values(tally))).toBeGreaterThan(30);
  }
}, 600_000);

async function liveThrough(seed: number, tally: Record<string, number>): Promise<void> {
  const random = new Random(seed);
  const durabilities = random.pick<readonly Durability[]>([["fsync"], ["os"], ["fsync", "os", "memory"]]);
  let nextDisk = (simulation: Simulation): SimulatedDisk => new SimulatedDisk(simulation);
  let past: string[] = [];
  /** So many of `past` must be found as long as the machine goes on; and so many even when it stops. */
  let kept = 0;
  let safe = 0;
  /** Positions at which what was appended in one go ended. */
  let ends = [0];
  let next = 0;
  const end = (disk: SimulatedDisk, how: "crash" | "kill"): void => {
    if (how === "kill") {
      nextDisk = (simulation) => disk.kill(simulation);
      tally["kills"]!++;
    } else {
      const files = disk.crash();
      nextDisk = (simulation) => new SimulatedDisk(simulation, files);
      kept = safe;
      tally["crashes"]!++;
    }
  };
  for (let life = random.below(5); life >= 0; life--) {
    const simulation = new Simulation(random);
    const disk = nextDisk(simulation);
    const options = { folder: "data", disk, clock: simulation, segmentBytes: 2_048, snapshotBytes: 6_000 };
    if (random.chance(0.2)) {
      // The machine stops while the log is opened.
      const opening = OwnerOfRecords.open(options);
      opening.catch(() => undefined);
      await steps(simulation, random.below(40));
      simulation.stop();
      end(disk, random.pick(["crash", "kill"]));
      continue;
    }
    const owner = await simulation.until(OwnerOfRecords.open(options));
    const found = owner.records.length;
    expect(found, `seed ${seed}: too few records`).toBeGreaterThanOrEqual(kept);
    expect(owner.records, `seed ${seed}`).toEqual(past.slice(0, found));
    expect(owner.log.end).toBe(found);
    expect(ends, `seed ${seed}: a part of what was appended in one go`).toContain(found);
    ends = ends.filter((position) => position <= found);
    tally["cuts"]! += owner.notes.length;

    let isDone = false;
    while (!isDone) {
      for (let count = random.below(8); count > 0; count--) {
        const length = random.chance(0.1) ? random.below(3_000) : random.below(60);
        owner.append(`${next++}${"x".repeat(length)}`, random.pick(durabilities));
        tally["records"]!++;
        if (random.chance(0.05)) {
          // Whoever asks for this in the middle does not part what is appended in one go.
          owner.log.sync().catch(() => undefined);
        }
      }
      ends.push(owner.records.length);
      if (random.chance(0.05)) {
        const records = random.chance(0.5) ? owner.recordsNow() : owner.recordsWhenAsked();
        owner.log.snapshot(records).catch(() => undefined);
      }
      if (random.chance(0.1)) {
        simulation.tick(1_000);
      }
      await steps(simulation, random.below(12));
      isDone = random.chance(0.08);
    }
    past = [...owner.records];
    const { durable, written, stats } = owner.log;
    tally["snapshots"]! += stats.snapshots;
    tally["waits"]! += disk.waits;
    kept = Math.max(found, written);
    safe = Math.max(found, durable);
    if (random.chance(0.3)) {
      await simulation.until(owner.log.close());
      kept = safe = past.length;
    }
    simulation.stop();
    end(disk, random.pick(["crash", "kill"]));
  }
}

async function steps(simulation: Simulation, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await simulation.step();
  }
}
