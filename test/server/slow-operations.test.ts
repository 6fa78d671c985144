import { expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import type { Logger } from "../../src/server/logger.ts";
import { SlowOperations } from "../../src/server/slow-operations.ts";
import { serve, until } from "./harness.ts";
import { keep } from "./kept-server.ts";
import { RawClassic } from "./raw-classic.ts";

interface Line {
  readonly message: string;
  readonly [field: string]: unknown;
}

function listen(): { readonly lines: Line[]; readonly logger: Logger } {
  const lines: Line[] = [];
  const nothing = (): void => undefined;
  const warn = (details: object, message: string): void => void lines.push({ ...details, message });
  return { lines, logger: { debug: nothing, info: nothing, warn, error: nothing } };
}

it("what takes long to handle is logged with what it was, whose and how long, by both protocols", async () => {
  const { lines, logger } = listen();
  // (Nothing takes less than that.)
  await using test = await serve({ slowOperationMs: 0, logger });
  const ws = new NetWorkSpace("the workspace", { serverPort: test.port, reconnect: false });
  await ws.store("the\u00e4 variable", "x".repeat(5000));
  const { id } = await ws.server.identity();
  expect(lines.find(({ verb }) => verb === "store")).toEqual({
    verb: "store",
    workspace: "the workspace",
    variable: "theä variable",
    bytes: expect.any(Number) as number,
    ms: expect.any(Number) as number,
    session: id,
    peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
    message: "slow operation",
  });
  expect(lines.find(({ verb }) => verb === "store")!["bytes"]).toBeGreaterThan(5000);
  expect(test.server.slow!.count).toBeGreaterThan(0);

  const classic = await RawClassic.to(test);
  await classic.short("open ws", "old", "me", "no");
  await classic.short("store", "old", "y", "1", "value");
  expect(lines.filter(({ workspace }) => workspace === "old").map(({ verb, variable }) => [verb, variable])).toEqual([
    ["open ws", undefined],
    ["store", "y"],
  ]);
  classic.raw.destroy();
  await ws.close();
});

it("to wait takes no time: a fetch that waits for long is not slow", async () => {
  const { lines, logger } = listen();
  await using test = await serve({ slowOperationMs: 150, logger });
  const ws = new NetWorkSpace("w", { serverPort: test.port, reconnect: false });
  await expect(ws.fetch("x", { timeout: 400 })).rejects.toMatchObject({ code: "timed_out" });
  expect(lines.filter(({ verb }) => verb === "fetch")).toEqual([]);
  await ws.close();
});

it("a disk that takes long for the log is logged", async () => {
  const { lines, logger } = listen();
  await using test = await keep("fsync", undefined, { slowOperationMs: 20, logger });
  const ws = new NetWorkSpace("kept", { serverPort: test.port, persistent: true, reconnect: false });
  await ws.opened();
  test.disk.hold();
  const stored = ws.store("x", 1);
  await until(() => test.disk.heldCount > 0, "the log writes");
  await new Promise((resolve) => setTimeout(resolve, 100));
  test.disk.letGo();
  await stored;
  expect(lines).toContainEqual({
    bytes: expect.any(Number) as number,
    ms: expect.any(Number) as number,
    message: "slow write of the log",
  });
  await ws.close();
});

it("no more than ten lines a second; the next one says how many were left out. Long names are cut", () => {
  const { lines, logger } = listen();
  let now = 0;
  const slow = new SlowOperations(1, logger, () => now);
  const operation = { verb: "store", workspace: "w\n".repeat(200), variable: "x", bytes: 1, session: "1", peer: "p" };
  for (let n = 0; n < 100; n++) {
    slow.note({ ...operation, ms: 5 });
  }
  expect(lines.length).toBe(10);
  expect(lines[0]!["workspace"]).toBe(`${"w ".repeat(64)}…`);
  now += 1000;
  slow.note({ ...operation, ms: 5 });
  expect(lines[10]).toMatchObject({ untold: 90 });
  expect(slow.count).toBe(101);
});
