import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { type Outcome, nws, startTestServer, type TestServer } from "./nws-process.ts";

let server: TestServer;
let ws: NetWorkSpace;
let folder: string;
const run = (args: readonly string[], input?: string | Uint8Array): Promise<Outcome> => server.nws(args, input);

beforeAll(async () => {
  server = await startTestServer();
  ws = new NetWorkSpace("table", { serverHost: "127.0.0.1", serverPort: server.port });
  folder = await mkdtemp(join(tmpdir(), "nws-cli-"));
});

afterAll(async () => {
  await ws.close();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe("storing", () => {
  it("takes a text from the command line", async () => {
    expect(await run(["store", "table", "text", "grüß dich"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(await ws.fetch("text")).toBe("grüß dich");
  });

  it("takes a text from standard input, without one newline at its end", async () => {
    await run(["store", "table", "piped"], "two\nlines\n\n");
    expect(await ws.fetch("piped")).toBe("two\nlines\n");
  });

  it("takes negative numbers and, behind --, anything as a text", async () => {
    await run(["store", "table", "minus", "-5"]);
    await run(["store", "table", "minus", "--", "--json"]);
    expect(await ws.fetchMany("minus")).toEqual(["-5", "--json"]);
  });

  it("takes JSON", async () => {
    await run(["store", "table", "json", "--json", '{"n":[1,null,"x"]}']);
    expect(await ws.fetch("json")).toEqual({ n: [1, null, "x"] });
  });

  it("refuses what is not JSON, and stores nothing", async () => {
    const { code, stderr } = await run(["store", "table", "bad json", "--json", "{"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^nws: the value is not JSON: .*\n$/);
    expect(await ws.fetchTry("bad json", "nothing")).toBe("nothing");
  });

  it("takes one value a line", async () => {
    await run(["store", "table", "lines", "--lines"], "1\r\n\nthree\nno end");
    expect(await ws.fetchTryMany("lines")).toEqual(["1", "", "three", "no end"]);
    await run(["store", "table", "lines", "--lines", "--json"], '1\n"two"\n{}\n');
    expect(await ws.fetchTryMany("lines")).toEqual([1, "two", {}]);
  });

  it("says which line is not JSON", async () => {
    const { code, stderr } = await run(["store", "table", "lines", "--lines", "--json"], "1\nx\n");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("line 2 is not JSON") as string });
  });

  it("takes bytes from standard input, many or few or none", async () => {
    for (const bytes of [randomBytes(20_000_000), randomBytes(10), new Uint8Array()]) {
      expect((await run(["store", "table", "bytes", "--raw"], bytes)).code).toBe(0);
      expect(Buffer.compare((await ws.fetch<Uint8Array>("bytes")) as Uint8Array, bytes)).toBe(0);
    }
  });

  it("takes the bytes of a file", async () => {
    const bytes = randomBytes(1_000_000);
    await writeFile(join(folder, "in"), bytes);
    await run(["store", "table", "file", "--file", join(folder, "in")]);
    expect(Buffer.compare(await ws.fetch<Uint8Array>("file"), bytes)).toBe(0);
  });

  it("fails in one line when there is no such file", async () => {
    const { code, stderr } = await run(["store", "table", "file", "--file", join(folder, "none")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nws: .*ENOENT.*\n$/);
  });

  it.each([[["--lines", "value"]], [["--file", "f", "value"]], [["--lines", "--raw"]], [["--json", "--raw"]]])(
    "refuses %j together",
    async (args) => {
      const { code, stderr } = await run(["store", "table", "x", ...args]);
      expect({ code, lines: stderr.split("\n").length }).toEqual({ code: 2, lines: 2 });
    },
  );
});

describe("fetching and finding", () => {
  it("prints text as it is, and other values readably in one line", async () => {
    await ws.storeAll("kinds", ["plain text", 5, [1, { a: new Map([["k", 1n]]) }], new Float64Array([0.5, 1])]);
    const { stdout } = await run(["fetch", "table", "kinds", "-n", "4"]);
    expect(stdout.split("\n")).toEqual([
      "plain text",
      "5",
      "[ 1, { a: Map(1) { 'k' => 1n } } ]",
      "Float64Array(2) [ 0.5, 1 ]",
      "",
    ]);
  });

  it("prints every part of a large value", async () => {
    await ws.store(
      "large",
      Array.from({ length: 5000 }, (_, i) => ({ i })),
    );
    const { stdout } = await run(["fetch", "table", "large"]);
    expect(stdout).toContain("{ i: 4999 }");
  });

  it("prints JSON, with the nearest thing for what JSON has no words for", async () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    await ws.storeAll("json kinds", [
      { date: new Date(0), big: 10n ** 20n, nan: NaN, none: undefined },
      new Uint8Array([1, 2, 255]),
      new Float32Array([0.5, 2]),
      new Map<unknown, unknown>([[1, new Set(["a"])]]),
      new Map([["k", 1]]),
      cyclic,
      "text",
    ]);
    const { stdout } = await run(["fetch", "table", "json kinds", "--all", "--json"]);
    expect(stdout.trim().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual([
      { date: "1970-01-01T00:00:00.000Z", big: "100000000000000000000", nan: null, none: null },
      "AQL/",
      [0.5, 2],
      [[1, ["a"]]],
      { k: 1 },
      { self: "[Circular]" },
      "text",
    ]); // prettier-ignore
  });

  it("writes bytes and nothing else, to standard output or a file", async () => {
    const bytes = randomBytes(3_000_000);
    await ws.storeAll("bytes out", [bytes, "grün", bytes]);
    await run(["fetch", "table", "bytes out", "--file", join(folder, "out")]);
    expect(Buffer.compare(await readFile(join(folder, "out")), bytes)).toBe(0);
    expect((await run(["find", "table", "bytes out", "--raw"])).stdout).toBe("grün");
    const { stdout } = await run(["fetch", "table", "bytes out", "--raw", "-n", "2"]);
    expect(stdout).toBe("grün" + bytes.toString("utf8"));
  });

  it("finds without taking", async () => {
    await ws.storeAll("stay", ["a", "b", "c"]);
    expect((await run(["find", "table", "stay"])).stdout).toBe("a\n");
    expect((await run(["find", "table", "stay", "-n", "2"])).stdout).toBe("a\nb\n");
    expect((await run(["find", "table", "stay", "--all"])).stdout).toBe("a\nb\nc\n");
    expect((await run(["fetch", "table", "stay", "--all"])).stdout).toBe("a\nb\nc\n");
  });

  it("takes as many as are asked for, however many that is", async () => {
    await ws.storeAll(
      "many",
      Array.from({ length: 20_000 }, (_, i) => String(i)),
    );
    const { stdout } = await run(["fetch", "table", "many", "-n", "19999"]);
    expect(stdout).toBe(Array.from({ length: 19_999 }, (_, i) => `${i}\n`).join(""));
    expect(await ws.fetchTryMany("many")).toEqual(["19999"]);
  });

  it("puts a value that it cannot read back, having shown those before it", async () => {
    const pythonObject = Buffer.from("(dp0\n.");
    await ws.storeAll("mixed", ["one", "two"]);
    await storeAsPython("mixed", pythonObject);
    await ws.store("mixed", "four");
    const { code, stdout, stderr } = await run(["fetch", "table", "mixed", "-n", "4"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "one\ntwo\n" });
    expect(stderr).toMatch(/^nws: .*Python.*--raw.*\n$/);
    expect((await run(["fetch", "table", "mixed", "--raw"])).stdout).toBe(pythonObject.toString());
    expect((await run(["fetch", "table", "mixed", "--all"])).stdout).toBe("four\n");
  });

  it("has exit code 3 when there is nothing, with --try and --all, and makes no workspace for that", async () => {
    for (const args of [["--try"], ["--all"], ["--try", "--raw"], ["--try", "--file", join(folder, "nothing")]]) {
      for (const verb of ["fetch", "find"]) {
        const { code, stdout, stderr } = await run([verb, "table", "nothing", ...args]);
        expect({ code, stdout, lines: stderr.split("\n").length }).toEqual({ code: 3, stdout: "", lines: 2 });
      }
    }
    expect((await run(["fetch", "no such workspace", "x", "--try"])).code).toBe(1);
    expect((await run(["ls"])).stdout).not.toContain("no such workspace");
  });

  it("has exit code 4 when the time is up", async () => {
    for (const args of [["fetch"], ["find"], ["fetch", "--raw"], ["watch"]]) {
      const [verb = "", ...options] = args;
      const { code, stderr } = await run([verb, "table", "late", "--timeout", "0.05", ...options]);
      expect({ code, lines: stderr.split("\n").length }).toEqual({ code: 4, lines: 2 });
    }
  });

  it("has exit code 5 when nobody is there", async () => {
    const { code, stderr } = await nws(["fetch", "table", "x", "--host", "127.0.0.1", "--port", "1"]);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^nws: cannot connect to 127\.0\.0\.1:1.*\n$/);
  });
});

/** A value as Python's client serializes it, through the classic protocol. */
async function storeAsPython(variable: string, bytes: Uint8Array): Promise<void> {
  const { connect } = await import("node:net");
  const socket = connect(server.port, "127.0.0.1").setEncoding("latin1");
  const field = (content: string): string => String(Buffer.byteLength(content)).padStart(20, "0") + content;
  const request = (...args: string[]): string => String(args.length).padStart(4, "0") + args.map(field).join("");
  const descriptor = String(1 << 24);
  socket.write(`0000${request("use ws", "table", "", "no")}`);
  socket.write(request("store", "table", variable, descriptor, Buffer.from(bytes).toString()));
  let answer = "";
  await new Promise<void>((resolve) => {
    socket.on("data", (text: string) => {
      answer += text;
      if (answer.length === 12) {
        resolve();
      }
    });
  });
  socket.destroy();
  expect(answer).toBe("222300000000");
}
