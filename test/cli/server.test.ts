import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/host/index.ts";
import { nws, NwsProcess, startTestServer, until } from "./nws-process.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "nws-cli-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("nws server", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "prints one line when it is ready, and stops with exit code 0 on %s",
    async (signal) => {
      const server = new NwsProcess(["server", "--port", "0"]);
      await server.prints(
        /^nws: serving workspaces on 127\.0\.0\.1:\d+, web interface at http:\/\/127\.0\.0\.1:\d+\/\n$/,
      );
      server.child.kill(signal);
      const { code, stdout, stderr } = await server.outcome;
      expect({ code, lines: stdout.split("\n").length, stderr }).toEqual({ code: 0, lines: 2, stderr: "" });
    },
  );

  it("says where it is as JSON", async () => {
    const server = new NwsProcess(["server", "--port", "0", "--json"]);
    const [line] = await server.prints(/^.*\n/);
    const port = expect.any(Number) as number;
    expect(JSON.parse(line)).toEqual({ event: "ready", host: "127.0.0.1", port, webPort: port });
    server.child.kill();
    expect((await server.outcome).code).toBe(0);
  });

  it("has no web interface with --web-port none", async () => {
    const server = new NwsProcess(["server", "--port", "0", "--web-port", "none"]);
    await server.prints(/^nws: serving workspaces on 127\.0\.0\.1:\d+\n$/);
    server.child.kill();
    await server.outcome;
  });

  it("stops although clients are connected and wait", async () => {
    await using server = await startTestServer();
    const waiting = new NwsProcess(["fetch", "table", "x"], { port: server.port });
    await until(async () => (await server.nws(["vars", "table"])).stdout.includes("x"));
    server.process.child.kill();
    expect((await server.process.outcome).code).toBe(0);
    expect((await waiting.outcome).code).toBe(5);
  });

  it("takes the port of NWS_SERVER_PORT, unless --port says another", async () => {
    await using first = await startTestServer();
    const taken = await nws(["server"], { port: first.port });
    expect(taken.code).toBe(1);
    expect(taken.stderr).toMatch(new RegExp(`^nws: port ${first.port} of 127\\.0\\.0\\.1 is in use.*\\n$`));
    await using second = await startTestServer(["--port", "0"], { NWS_SERVER_PORT: String(first.port) });
    expect(second.port).not.toBe(first.port);
  });

  it("refuses an address that others can reach, unless --insecure says so", async () => {
    const refused = await nws(["server", "--host", "0.0.0.0", "--port", "0"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^nws: .*--allow-plaintext.*\n$/);
    const server = new NwsProcess(["server", "--host", "0.0.0.0", "--port", "0", "--insecure"]);
    await server.prints(/on 0\.0\.0\.0:\d+, web interface at http:\/\/0\.0\.0\.0:\d+\/\n$/);
    server.child.kill();
    await server.outcome;
  });

  it.skipIf(process.platform === "win32")("listens on a Unix socket too", async () => {
    await withFolder(async (folder) => {
      const socket = join(folder, "socket");
      await using server = await startTestServer(["--socket", socket]);
      expect((await nws(["store", "table", "x", "hello", "--socket", socket])).code).toBe(0);
      expect((await server.nws(["fetch", "table", "x"])).stdout).toBe("hello\n");
    });
  });

  it("keeps values over --long-value-size in files of --tmp-dir, and removes them in the end", async () => {
    await withFolder(async (folder) => {
      const largeFiles = async (): Promise<number> => {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true });
        const files = entries
          .filter((entry) => entry.isFile())
          .map((entry) => stat(join(entry.parentPath, entry.name)));
        return (await Promise.all(files)).filter(({ size }) => size >= longValueBytes).length;
      };
      const longValueBytes = 256 * 1024;
      for (const [args, env] of [
        [["--tmp-dir", folder, "--long-value-size", "256K"], {}],
        [[], { NWS_TMP_DIR: folder, NWS_LONG_VALUE_SIZE: String(longValueBytes) }],
      ] as const) {
        await using server = await startTestServer(args, env);
        await server.nws(["store", "table", "x"], "x".repeat(longValueBytes));
        expect(await largeFiles()).toBe(0);
        await server.nws(["store", "table", "x"], "x".repeat(longValueBytes + 1));
        expect(await largeFiles()).toBe(1);
        await server[Symbol.asyncDispose]();
        expect(await largeFiles()).toBe(0);
      }
    });
  });

  it("logs to standard error when it is asked to", async () => {
    await using server = await startTestServer(["--log-level", "debug"]);
    await server.nws(["ls"]);
    await server[Symbol.asyncDispose]();
    const { stderr } = await server.process.outcome;
    const lines = stderr.trim().split("\n");
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(JSON.parse(line)).toHaveProperty("msg");
    }
  });

  it("lets a client stop it only with --allow-kill", async () => {
    const deadman = async (port: number): Promise<string> => {
      const socket = connect(port, "127.0.0.1").setEncoding("latin1");
      let answer = "";
      socket.on("data", (text: string) => (answer += text)).write(`00000001${"7".padStart(20, "0")}deadman`);
      await until(() => Promise.resolve(answer.length === 8));
      socket.destroy();
      await once(socket, "close");
      return answer;
    };
    await using guarded = await startTestServer();
    expect(await deadman(guarded.port)).toBe("22230001");
    expect((await guarded.nws(["ls"])).code).toBe(0);
    await using open = await startTestServer(["--allow-kill"]);
    expect(await deadman(open.port)).toBe("22230000");
    expect((await open.process.outcome).code).toBe(0);
  });

  it("has an option for every limit, and keeps to it", async () => {
    const { stdout } = await nws(["server", "--help"]);
    for (const name of Object.keys(defaultLimits)) {
      expect(stdout).toContain(`--${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)} <`);
    }
    await using server = await startTestServer(["--max-value-bytes", "1K"]);
    expect((await server.nws(["store", "table", "x"], "x".repeat(1024))).code).toBe(0);
    const refused = await server.nws(["store", "table", "x"], "x".repeat(1025));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^nws: .*1024.*\n$/);
  });

  it.each([
    ["--port", "70000"],
    ["--port", "x"],
    ["--max-connections", "-1"],
    ["--long-value-size", "big"],
    ["--log-level", "loud"],
  ])("refuses %s %s as wrong usage", async (option, value) => {
    const { code, stderr } = await nws(["server", option, value]);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^nws: .*'${option}.*\\n$`));
  });
});
