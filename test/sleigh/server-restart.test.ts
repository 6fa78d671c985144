import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { range, Sleigh } from "../../src/sleigh/index.ts";
import { NwsProcess } from "../cli/nws-process.ts";

async function startServer(folder: string, port: number): Promise<{ server: NwsProcess; port: number }> {
  const options = ["--port", String(port), "--web-port", "none", "--data", folder, "--json"];
  const server = new NwsProcess(["server", ...options]);
  const [, ready = ""] = await server.prints(/"port":(\d+)/);
  return { server, port: Number(ready) };
}

test(
  "a durable sleigh goes on when the server is killed and started again, and does each task once",
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "nws-sleigh-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const first = await startServer(folder, 0);
    const { port } = first;
    let { server } = first;
    onTestFinished(() => void server.child.kill("SIGKILL"));
    const warnings: string[] = [];
    const sleigh = new Sleigh({
      nwsHost: "127.0.0.1",
      nwsPort: port,
      workerCount: 2,
      durability: "os",
      onWarning: (text) => warnings.push(text),
    });
    await sleigh.eachWorker(() => {
      (globalThis as { factor?: number }).factor = 3;
    });
    let done = 0;
    const running = sleigh.eachElem(
      async (x: number) => {
        await SleighUserNws.store("done", x);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return x * (globalThis as unknown as { factor: number }).factor;
      },
      range(400),
      [],
      { chunkSize: 5, progress: (progress) => void (done = progress.done) },
    );
    for (const atLeast of [40, 150]) {
      await expect.poll(() => done, { timeout: 30_000 }).toBeGreaterThan(atLeast);
      server.child.kill("SIGKILL");
      await server.outcome;
      ({ server } = await startServer(folder, port));
    }
    expect(await running).toEqual([...range(400)].map((x) => x * 3));
    const begun = (await sleigh.userNws.fetchTryMany("done", { max: 1000 })) as number[];
    expect(begun.sort((a, b) => a - b)).toEqual([...range(400)]);
    expect(await sleigh.eachElem((x: number) => x + 1, range(10))).toEqual([...range(1, 11)]);
    expect(warnings).toEqual([]);
    await sleigh.stop();
    // Its workspaces went with it, and stay away.
    server.child.kill("SIGKILL");
    await server.outcome;
    ({ server } = await startServer(folder, port));
    const listing = await new NwsProcess(["ls"], { port }).outcome;
    expect(listing.stdout).not.toContain("sleigh");
    server.child.kill("SIGTERM");
    await server.outcome;
  },
);
