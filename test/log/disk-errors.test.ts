import { expect, test } from "vitest";
import { LogFailedError, LogFullError } from "../../src/log/index.ts";
import { OwnerOfRecords } from "./owner-of-records.ts";
import { SimulatedDisk, systemError } from "./simulated-disk.ts";
import { Random, Simulation } from "./simulation.ts";

const rules = { folder: "data", segmentBytes: 4_096, snapshotBytes: 16_384 };

interface World {
  readonly simulation: Simulation;
  readonly disk: SimulatedDisk;
  readonly owner: OwnerOfRecords;
}

async function begin(seed: number, files = new Map<string, Uint8Array>()): Promise<World> {
  const simulation = new Simulation(new Random(seed));
  const disk = new SimulatedDisk(simulation, files);
  const owner = await simulation.until(OwnerOfRecords.open({ ...rules, disk, clock: simulation }));
  return { simulation, disk, owner };
}

async function recordsIn(files: Map<string, Uint8Array>): Promise<readonly string[]> {
  return (await begin(1, files)).owner.records;
}

test("a full disk: what does not fit is refused, what was acknowledged is kept, and with room all goes on", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const { simulation, disk, owner } = await begin(seed);
    disk.freeBytes = seed * 700;
    let refusal: unknown;
    for (let i = 0; refusal === undefined; i++) {
      try {
        owner.append(`${i}`.padEnd(60));
      } catch (error) {
        refusal = error;
      }
      await simulation.step();
      await simulation.step();
    }
    expect(refusal).toBeInstanceOf(LogFullError);
    expect((refusal as Error).message).toContain("there is no room in data");
    expect(owner.log.isFull).toBe(true);
    await simulation.run();
    simulation.tick(1_000);
    await simulation.run();
    expect(owner.log.failure).toBeUndefined();
    const { durable } = owner.log;
    if (seed % 2 === 0) {
      // Nobody makes room.
      const found = await recordsIn(disk.crash());
      expect(found.length).toBeGreaterThanOrEqual(durable);
      expect(found).toEqual(owner.records.slice(0, found.length));
    } else {
      disk.freeBytes = Infinity;
      simulation.tick(1_000);
      await simulation.run();
      expect(owner.log.isFull).toBe(false);
      expect(owner.log.durable).toBe(owner.records.length);
      owner.append("goes on");
      await simulation.until(owner.log.close());
      expect(await recordsIn(disk.crash())).toEqual(owner.records);
    }
  }
});

test("a snapshot makes room on a full disk", async () => {
  const { simulation, disk, owner } = await begin(5);
  for (let i = 0; i < 150; i++) {
    owner.append(`${i}`.padEnd(60), "os");
    await simulation.run();
  }
  disk.freeBytes = 3_000;
  owner.log.keepSnapshots(() => [new TextEncoder().encode("few")]);
  for (let i = 0; i < 500 && !(owner.log.stats.snapshots > 0 && !owner.log.isFull); i++) {
    if (owner.log.refusal(60) === undefined && !owner.log.isFull) {
      owner.append(`${i}`.padEnd(60));
    }
    simulation.tick(1_000);
    await simulation.run();
  }
  expect(owner.log.stats.snapshots).toBeGreaterThan(0);
  expect(owner.log.isFull).toBe(false);
  await simulation.until(owner.log.close());
});

test("a log opens on a full disk, can be read, and goes on when there is room", async () => {
  const first = await begin(7);
  first.owner.append("kept");
  await first.simulation.until(first.owner.log.close());
  const simulation = new Simulation(new Random(8));
  const disk = new SimulatedDisk(simulation, first.disk.crash());
  disk.freeBytes = 0;
  const owner = await simulation.until(OwnerOfRecords.open({ ...rules, disk, clock: simulation }));
  expect(owner.records).toEqual(["kept"]);
  expect(owner.notes.join()).toContain("there is no room");
  await simulation.run();
  expect(() => owner.append("refused")).toThrow(LogFullError);
  owner.records.length = 1;
  disk.freeBytes = Infinity;
  simulation.tick(1_000);
  await simulation.run();
  owner.append("more");
  await simulation.until(owner.log.close());
  expect(await recordsIn(disk.crash())).toEqual(["kept", "more"]);
});

test("closing while there is no room rejects, and lets the folder go", async () => {
  const { simulation, disk, owner } = await begin(9);
  disk.freeBytes = 0;
  for (let i = 0; i < 100; i++) {
    owner.append("x".repeat(100));
  }
  await expect(simulation.until(owner.log.close())).rejects.toThrow(LogFullError);
  await (await disk.lock("data")).release();
});

test.each(["write", "sync"] as const)(
  "after a %s that failed nothing is acknowledged and nothing accepted any more",
  async (broken) => {
    for (let seed = 0; seed < 20; seed++) {
      const { simulation, disk, owner } = await begin(seed);
      owner.append("safe");
      await simulation.run();
      if (broken === "sync") {
        owner.append("lost", "os");
        await simulation.run();
      }
      disk.fault = (operation, path) =>
        operation === broken && path.endsWith(".nws") ? systemError("EIO", operation) : undefined;
      if (broken === "write") {
        owner.append("lost");
      }
      await expect(simulation.until(owner.log.sync())).rejects.toThrow(LogFailedError);
      disk.fault = () => undefined;
      expect(owner.log.durable).toBe(1);
      expect(() => owner.append("refused")).toThrow(LogFailedError);
      await expect(owner.log.snapshot([])).rejects.toThrow(LogFailedError);
      await simulation.run();
      expect(owner.log.durable).toBe(1);
      await expect(simulation.until(owner.log.close())).rejects.toThrow(LogFailedError);
      expect((await recordsIn(disk.crash()))[0]).toBe("safe");
    }
  },
);

test("a log whose folder was taken over by another server accepts nothing any more", async () => {
  const simulation = new Simulation(new Random(1));
  const disk = new SimulatedDisk(simulation);
  const lock = { isLost: false, release: () => Promise.resolve() };
  disk.lock = () => Promise.resolve(lock);
  const owner = await simulation.until(OwnerOfRecords.open({ ...rules, disk, clock: simulation }));
  owner.append("mine");
  await simulation.run();
  lock.isLost = true;
  simulation.tick(1_000);
  expect(() => owner.append("not mine")).toThrow("another server has taken it over");
});

test("a snapshot that fails at any step, or a machine that stops there, loses nothing", async () => {
  for (const how of ["fault", "crash", "kill"] as const) {
    for (let step = 0, isOver = false; !isOver; step++) {
      const { simulation, disk, owner } = await begin(step);
      for (let i = 0; i < 120; i++) {
        owner.append(`${i}`.padEnd(70));
        if (i === 60) {
          await simulation.run();
          await simulation.until(owner.log.snapshot(owner.recordsNow()));
        }
      }
      await simulation.run();
      const first = disk.operations;
      disk.fault = () => {
        return how === "fault" && disk.operations === first + step ? systemError("EIO", "simulated") : undefined;
      };
      const snapshot = owner.log.snapshot(owner.recordsWhenAsked());
      snapshot.catch(() => undefined);
      owner.append("meanwhile");
      while (disk.operations < first + step && (await simulation.step())) {
        // Goes on.
      }
      isOver = disk.operations < first + step;
      const { durable } = owner.log;
      const found = await recordsIn(how === "crash" ? disk.crash() : disk.files);
      expect(found.length, `${how} at step ${step}`).toBeGreaterThanOrEqual(Math.max(durable, 120));
      expect(found).toEqual(owner.records.slice(0, found.length));
    }
  }
});
