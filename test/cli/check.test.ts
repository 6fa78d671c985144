import { expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { nws, startTestServer, until } from "./nws-process.ts";

const number = "\\d+(?:\\.\\d+)?";

it("a healthy server is ok: one line with what was measured, and no workspace is left behind", async () => {
  await using server = await startTestServer();
  const { code, stdout, stderr } = await server.nws(["check"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    new RegExp(
      `^NWS OK - round trip ${number} ms, 0 waiting, ${number} MiB, 1 connections \\| ` +
        `latency=${number}s;;;0; waiting=0;;;0;\\d+ memory=\\d+B;;;0;\\d+ connections=1;;;0;\\d+\\n$`,
    ),
  );
  expect((await server.nws(["ls"])).stdout).not.toContain("check");
});

it("as JSON", async () => {
  await using server = await startTestServer();
  const { code, stdout } = await server.nws(["check", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    status: "ok",
    exitCode: 0,
    problems: [],
    waiting: 0,
    latencyMs: expect.any(Number) as number,
  });
});

it("limits: the first warns, the second is critical, and both are told to whoever draws", async () => {
  await using server = await startTestServer();
  const ws = new NetWorkSpace("table", { serverPort: server.port, reconnect: false });
  const waits = [1, 2, 3].map(() => ws.fetch("x"));
  await until(async () => (await ws.server.info()).waiting === 3);

  expect((await server.nws(["check", "--max-waiting", "3"])).code).toBe(0);
  const warned = await server.nws(["check", "--max-waiting", "2,3"]);
  expect(warned.code).toBe(1);
  expect(warned.stdout).toContain("NWS WARNING - 3 operations wait, more than 2; round trip");
  expect(warned.stdout).toContain("waiting=3;2;3;0;");
  const critical = await server.nws(["check", "--max-waiting", "1,2", "--max-latency-ms", "60000"]);
  expect(critical.code).toBe(2);
  expect(critical.stdout).toContain("NWS CRITICAL - 3 operations wait, more than 2;");
  expect(critical.stdout).toMatch(/latency=[\d.]+s;60;;0;/);

  const latency = await server.nws(["check", "--max-latency-ms", "0"]);
  expect([latency.code, latency.stdout]).toEqual([1, expect.stringContaining("NWS WARNING - a round trip took ")]);
  await ws.store("big", "x".repeat(100_000));
  expect((await server.nws(["check", "--max-memory", "50%"])).code).toBe(0);
  expect((await server.nws(["check", "--max-memory", "1K,1G"])).code).toBe(1);
  expect((await server.nws(["check", "--max-memory", "0%,0.00001%"])).code).toBe(2);
  await ws.storeAll("x", [1, 2, 3]);
  await Promise.all(waits);
  await ws.close();
});

it("a wrong command line is unknown, not critical", async () => {
  for (const args of [["--max-waiting", "many"], ["--max-latency-ms", "5,1"], ["--max-memory", "1G,90%"], ["--what"]]) {
    const { code, stderr } = await nws(["check", ...args]);
    expect([args, code]).toEqual([args, 3]);
    expect(stderr).toMatch(/^nws: /);
  }
});

it("a server that was stopped is critical", async () => {
  let port: number;
  {
    await using server = await startTestServer();
    port = server.port;
  }
  const { code, stdout } = await nws(["check"], { port });
  expect(code).toBe(2);
  expect(stdout).toMatch(/^NWS CRITICAL - .+\n$/);
  const json = await nws(["check", "--json"], { port });
  expect([json.code, JSON.parse(json.stdout)]).toEqual([
    2,
    { status: "critical", exitCode: 2, problems: [expect.any(String)] },
  ]);
});

it("who is not let in does not know how the server is", async () => {
  await using server = await startTestServer(["--tokens-only"]);
  const { code, stdout } = await nws(["check"], {
    port: server.port,
    env: { NWS_TOKEN: "nws_AAAAAAAAAAA_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB" },
  });
  expect(code).toBe(3);
  expect(stdout).toMatch(/^NWS UNKNOWN - .*token/);
});

it("a server that hangs is critical, after --timeout", async () => {
  await using server = await startTestServer();
  server.process.child.kill("SIGSTOP");
  try {
    const { code, stdout } = await server.nws(["check", "--timeout", "0.5"]);
    expect([code, stdout]).toEqual([2, "NWS CRITICAL - the server has not answered within 0.5 s\n"]);
  } finally {
    server.process.child.kill("SIGCONT");
  }
});
