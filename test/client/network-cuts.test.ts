import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CuttingProxy } from "./cutting-proxy.ts";
import { TestServer } from "./support.ts";

const CUT_MS = 50;

test.each([
  ["", 10_000, false],
  // Then answers wait for the log, while their connection breaks.
  [" that are kept on a disk", 3_000, true],
])(
  "store and fetch pairs%s over a network that is cut every 50 ms: none lost, none twice, in order",
  async (_, count, isKept) => {
    const folder = mkdtempSync(join(tmpdir(), "nws-cuts-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await using server = await TestServer.start({ data: isKept ? folder : "none" });
    await using proxy = await CuttingProxy.to(server.running);
    const ws = server.open("table", { ...proxy.options, persistent: isKept });
    await ws.opened();
    proxy.cutEvery(CUT_MS);
    const lanes = 16;
    const got: unknown[] = [];
    let stored = 0;
    const lane = async (first: number): Promise<void> => {
      for (let i = first; i < count || proxy.cuts === 0; i += lanes) {
        stored++;
        await ws.store("x", i);
        got.push(await ws.fetch("x"));
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, first) => lane(first)));
    proxy.cutNoMore();
    expect(new Set(got).size).toBe(stored);
    expect(await ws.fetchTry("x", "none")).toBe("none");
    const [listing] = await ws.listVars();
    expect(listing).toMatchObject({ values: 0, booked: 0 });
  },
);

test("an ifind of 100 000 values over a network that is cut every 50 ms gives each once and in order", async () => {
  await using server = await TestServer.start();
  await using proxy = await CuttingProxy.to(server.running);
  const filling = server.open("table");
  const count = 100_000;
  const batch = 1000;
  for (let from = 0; from < count; from += batch) {
    await filling.storeAll(
      "x",
      Array.from({ length: batch }, (_, i) => from + i),
    );
  }
  const ws = server.open("table", proxy.options);
  await ws.opened();
  proxy.cutEvery(CUT_MS);
  while (proxy.cuts < 4) {
    let next = 0;
    for await (const value of ws.ifindTry("x")) {
      if (value !== next) {
        expect(value).toBe(next);
      }
      next++;
    }
    expect(next).toBe(count);
  }
}, 120_000);
