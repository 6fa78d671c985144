import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { type Disk, nodeDisk, systemClock } from "../../src/log/index.ts";
import { serve, type TestServer } from "./harness.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-data-"));
});

afterEach(() => rm(folder, { recursive: true }));

it("the server waits for a quick disk when all who are answered wait for it", async () => {
  const disk = new CountedDisk();
  await using server = await keep(disk);
  const sessions = Array.from({ length: 4 }, () => open(server, "kept", true));
  await Promise.all(sessions.map((ws) => ws.store("x", 0)));
  disk.forget();
  for (let i = 0; i < 25; i++) {
    await Promise.all(sessions.map((ws) => ws.store("x", i)));
  }
  expect(disk.waits).toBeGreaterThan(20);
  await Promise.all(sessions.map((ws) => ws.close()));
});

it("the server does not stand still for a disk, however quick, while it answers those who keep nothing", async () => {
  const disk = new CountedDisk();
  await using server = await keep(disk);
  const kept = open(server, "kept", true);
  const other = open(server, "other", false);
  await Promise.all([kept.store("x", 0), other.store("y", 0)]);
  disk.forget();
  for (let i = 0; i < 25; i++) {
    await other.store("y", i);
    await kept.store("x", i);
  }
  expect(disk.waits).toBe(0);
  expect(disk.writes).toBeGreaterThanOrEqual(25);
  await Promise.all([kept.close(), other.close()]);
});

/** By the server's clock everything is quick. */
async function keep(disk: CountedDisk): Promise<TestServer> {
  const test = await serve({
    data: { folder, disk: disk.disk, durability: "fsync" },
    clock: { ...systemClock, now: () => 0 },
  });
  await test.server.load();
  return test;
}

function open({ port }: TestServer, name: string, persistent: boolean): NetWorkSpace {
  return new NetWorkSpace(name, { serverHost: "127.0.0.1", serverPort: port, persistent });
}

/** Node's file system, which counts durable writes. */
class CountedDisk {
  /** While another thread waits. */
  writes = 0;
  /** While the server waits. */
  waits = 0;
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
            this.writes += isDurable ? 1 : 0;
            file.write(bytes, start, end, position, isDurable, done);
          },
          writeNow: (bytes, start, end, position) => {
            this.waits++;
            file.writeNow!(bytes, start, end, position);
          },
        };
      },
    };
  }

  forget(): void {
    this.writes = 0;
    this.waits = 0;
  }
}
