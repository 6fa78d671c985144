import { describe, expect, it } from "vitest";
import { NetWorkSpace, NwsServer } from "../../src/client/index.ts";
import { startServer } from "../../src/host/index.ts";

describe("limits that are changed while a server runs", () => {
  it("hold from then on, in the state machine too, and what is over them stays", async () => {
    await using running = await startServer({ port: 0, webPort: false, limits: { maxVariables: 1 } });
    await using server = new NwsServer({ serverHost: running.host, serverPort: running.port });
    const ws = new NetWorkSpace("table", { server });
    await ws.store("a", 1);
    await expect(ws.store("b", 1)).rejects.toMatchObject({ code: "too_many_variables" });
    await running.reload({ limits: { maxVariables: 3 } });
    await ws.store("b", 1);
    await ws.store("c", 1);
    await running.reload({ limits: { maxVariables: 1, maxWorkspaces: 2 } });
    expect(await ws.fetch("c")).toBe(1);
    await expect(ws.store("d", 1)).rejects.toMatchObject({ code: "too_many_variables" });
    await expect(server.openWs("other")).rejects.toMatchObject({ code: "too_many_workspaces" });
    // What is not among them has its default again.
    await running.reload({ limits: { maxMemoryBytes: 10_000 } });
    await ws.store("d", 1);
    await expect(ws.store("e", new Uint8Array(10_000))).rejects.toMatchObject({ code: "memory_full" });
    // A reload that says nothing of them leaves them.
    await running.reload();
    await expect(ws.store("e", new Uint8Array(10_000))).rejects.toMatchObject({ code: "memory_full" });
    await expect(running.reload({ limits: { maxWaiting: -1 } })).rejects.toThrow(RangeError);
    await expect(ws.store("e", new Uint8Array(10_000))).rejects.toMatchObject({ code: "memory_full" });
  });

  it("of one session hold for the next one", async () => {
    await using running = await startServer({ port: 0, webPort: false });
    const options = { serverHost: running.host, serverPort: running.port };
    await using before = new NetWorkSpace("table", options);
    await before.opened();
    await running.reload({ limits: { maxSessionWaiting: 1 } });
    await using after = new NetWorkSpace("table", { ...options, useUse: true });
    const waits = [before, before, after].map((ws) => ws.fetch("x"));
    await expect(after.fetch("x")).rejects.toMatchObject({ code: "too_many_waiting" });
    await before.storeAll("x", [1, 2, 3]);
    expect((await Promise.all(waits)).sort()).toEqual([1, 2, 3]);
  });
});

describe("draining", () => {
  it("ends when the server is stopped meanwhile", async () => {
    await using running = await startServer({ port: 0 });
    const ws = new NetWorkSpace("table", { serverHost: running.host, serverPort: running.port });
    await ws.opened();
    expect(running.isDraining).toBe(false);
    const stopped = running.stop({ drainMs: 3_600_000 });
    expect(running.isDraining).toBe(true);
    await ws.store("x", 1);
    await expect(
      new NwsServer({ serverHost: running.host, serverPort: running.port, reconnect: false }).listWss(),
    ).rejects.toMatchObject({ code: "connect_failed" });
    await running.stop();
    await stopped;
    await ws.close();
  });
});
