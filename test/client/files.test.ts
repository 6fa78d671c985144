import { randomBytes } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AbortedError, ArgumentError, LimitError, type NwsError, OperationError } from "../../src/client/index.ts";
import { failureOf, isSame, TestServer, until } from "./support.ts";

const MIB = 1_048_576;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nws-files-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes?: Uint8Array): string {
  const path = join(folder, name);
  if (bytes !== undefined) {
    writeFileSync(path, bytes);
  }
  return path;
}

test.each([0, 1, 131_072, 131_073, 3 * MIB + 7])("a file of %s bytes goes in and comes out", async (length) => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const bytes = new Uint8Array(randomBytes(length));
  expect(await ws.storeFile("x", file("in", bytes))).toBe(length);
  expect(await ws.findFile("x", file("found"))).toBe(length);
  expect(await ws.fetchFile("x", pathToFileURL(file("fetched")))).toBe(length);
  expect(isSame(readFileSync(file("found")), bytes)).toBe(true);
  expect(isSame(readFileSync(file("fetched")), bytes)).toBe(true);
  expect((await ws.listVars())[0]).toMatchObject({ values: 0, booked: 0 });
  expect(readdirSync(folder).toSorted()).toEqual(["fetched", "found", "in"]);
});

test("what a file stored is an ordinary value, and any value can go to a file", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const bytes = new Uint8Array(randomBytes(MIB));
  await ws.storeFile("x", file("in", bytes));
  expect(isSame(await ws.fetch("x"), bytes)).toBe(true);
  await ws.store("x", "text, as it is");
  await ws.fetchFile("x", file("out"));
  expect(readFileSync(file("out"), "utf8")).toBe("text, as it is");
});

test("the trying reads leave the target alone when there is nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  expect(await ws.fetchTryFile("x", file("out"))).toBeUndefined();
  expect(await ws.findTryFile("x", file("out"))).toBeUndefined();
  expect(existsSync(file("out"))).toBe(false);
  await ws.store("x", new Uint8Array([1, 2]));
  expect(await ws.findTryFile("x", file("out"))).toBe(2);
  expect(await ws.fetchTryFile("x", file("out"))).toBe(2);
});

test("Node streams and web streams do as well, with and without a length", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const bytes = new Uint8Array(randomBytes(2 * MIB));
  const path = file("in", bytes);
  await ws.storeFile("x", createReadStream(path), { length: bytes.length });
  await ws.storeFile("x", createReadStream(path));
  await ws.storeFile("x", Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, {
    length: bytes.length,
  });
  await ws.storeFile("x", new Blob([bytes]).stream() as ReadableStream<Uint8Array>);
  await ws.fetchFile("x", createWriteStream(file("1")));
  await ws.fetchFile("x", Writable.toWeb(createWriteStream(file("2"))));
  await ws.findFile("x", createWriteStream(file("3")));
  const collected: Uint8Array[] = [];
  await ws.fetchFile("x", new WritableStream<Uint8Array>({ write: (chunk) => void collected.push(chunk) }));
  expect(["1", "2", "3"].map((name) => isSame(readFileSync(file(name)), bytes))).toEqual([true, true, true]);
  expect(isSame(Buffer.concat(collected), bytes)).toBe(true);
});

test("a stream stays open when it is not to be ended", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", ["one", "two"]);
  const output = createWriteStream(file("out"));
  await ws.fetchFile("x", output, { end: false });
  await ws.fetchFile("x", output, { end: true });
  expect(readFileSync(file("out"), "utf8")).toBe("onetwo");
});

test("operations behind a file on its variable come after it", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const stored = ws.storeFile("x", file("in", new Uint8Array(MIB)));
  void ws.store("x", "after");
  const [first, second] = await Promise.all([ws.fetch("x"), ws.fetch("x")]);
  expect([(first as Uint8Array).length, second]).toEqual([MIB, "after"]);
  await stored;
});

test.each([
  [100, 300_000],
  [400_000, 300_000],
  [100, 200],
  [300, 200],
])("a stream of %s bytes that was announced as %s stores nothing", async (given, length) => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const error = await failureOf(ws.storeFile("x", Readable.from([new Uint8Array(given)]), { length }));
  expect(error).toBeInstanceOf(Error);
  expect((error as NwsError).variable).toBe("x");
  await ws.store("x", "after");
  expect(await ws.fetch("x")).toBe("after");
});

test("a stream that breaks stores nothing, and its error is the cause", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const broken = Readable.from(
    (async function* () {
      yield new Uint8Array(MIB);
      await ws.server.ping();
      throw new Error("the tape tore");
    })(),
  );
  const error = await failureOf(ws.storeFile("x", broken, { length: 2 * MIB }));
  expect(error).toBeInstanceOf(OperationError);
  expect(error).toMatchObject({ code: "stream_failed", operation: "storeFile", cause: { message: "the tape tore" } });
  expect(await ws.fetchTry("x", "nothing")).toBe("nothing");
});

test("a stream of unknown length is collected up to a limit", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const endless = Readable.from(
    (function* () {
      for (;;) {
        yield new Uint8Array(1000);
      }
    })(),
  );
  const error = await failureOf(ws.storeFile("x", endless, { maxBufferedBytes: 100_000 }));
  expect(error).toBeInstanceOf(LimitError);
  expect((error as Error).message).toContain("length");
  expect(endless.destroyed).toBe(true);
});

test("a file that is not there, or cannot be written, is told with its cause; the value stays", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  expect(await failureOf(ws.storeFile("x", file("missing")))).toMatchObject({
    code: "stream_failed",
    cause: { code: "ENOENT" },
  });
  for (const value of [new Uint8Array(10), new Uint8Array(2 * MIB)]) {
    await ws.store("x", value);
    const error = await failureOf(ws.fetchFile("x", join(folder, "no", "such", "folder")));
    expect(error).toMatchObject({ code: "stream_failed", operation: "fetchFile", cause: { code: "ENOENT" } });
    await until("the value is back", async () => (await ws.listVars())[0]?.values === 1);
    expect(isSame(await ws.fetch("x"), value)).toBe(true);
  }
  expect(await failureOf(ws.fetchFile("x", 7 as unknown as string))).toBeInstanceOf(ArgumentError);
});

test("a target that breaks in the middle leaves the value in its place", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const bytes = new Uint8Array(randomBytes(5 * MIB));
  await ws.store("x", bytes);
  let writtenCount = 0;
  const full = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      writtenCount += chunk.length;
      done(writtenCount > MIB ? new Error("no room") : null);
    },
  });
  expect(await failureOf(ws.fetchFile("x", full))).toMatchObject({ cause: { message: "no room" } });
  await until("the value is back", async () => (await ws.listVars())[0]?.values === 1);
  expect(isSame(await ws.fetch("x"), bytes)).toBe(true);
});

test("an aborted fetchFile leaves no file, and the value in its place", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", new Uint8Array(20 * MIB));
  const controller = new AbortController();
  const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void setImmediate(done) });
  const [toStream] = [failureOf(ws.fetchFile("x", slow, { signal: controller.signal }))];
  await ws.server.ping();
  controller.abort();
  expect(await toStream).toBeInstanceOf(AbortedError);
  await until("the value is back", async () => (await ws.listVars())[0]?.values === 1);
  const again = new AbortController();
  const toFile = failureOf(ws.fetchFile("x", file("out"), { signal: again.signal }));
  await ws.server.ping();
  again.abort();
  expect(await toFile).toBeInstanceOf(AbortedError);
  expect(readdirSync(folder)).toEqual([]);
});

test("an aborted storeFile stores nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const controller = new AbortController();
  let pieceCount = 0;
  const slow = Readable.from(
    (async function* () {
      for (;;) {
        pieceCount++;
        yield new Uint8Array(100_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })(),
  );
  const stored = failureOf(ws.storeFile("x", slow, { length: 1_000_000_000, signal: controller.signal }));
  await until("bytes are on their way", () => pieceCount > 20);
  await ws.server.ping();
  controller.abort();
  expect(await stored).toBeInstanceOf(AbortedError);
  expect(await ws.fetchTry("x", "nothing")).toBe("nothing");
  await until("the stream was let go", () => slow.destroyed);
});

test("256 MiB stream through both ways with little of them in memory at a time", async () => {
  await using server = await TestServer.start({ longValueBytes: MIB });
  const ws = server.open("table");
  const length = 256 * MIB;
  let givenCount = 0;
  let takenCount = 0;
  let mostAhead = 0;
  const source = Readable.from(
    (function* () {
      for (; givenCount < length; givenCount += 65_536) {
        yield new Uint8Array(65_536).fill(givenCount / 65_536);
      }
    })(),
    { objectMode: true, highWaterMark: 1 },
  );
  await ws.storeFile("x", source, { length });
  let isRight = true;
  const target = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      for (let i = 0; i < chunk.length; i += 4096) {
        isRight &&= chunk[i] === (Math.floor((takenCount + i) / 65_536) & 255);
      }
      takenCount += chunk.length;
      mostAhead = Math.max(mostAhead, process.memoryUsage().arrayBuffers);
      setImmediate(done);
    },
  });
  expect(await ws.fetchFile("x", target)).toBe(length);
  expect([givenCount, takenCount, isRight]).toEqual([length, length, true]);
  // Client and server share this process, and V8 lets up to 100 MiB of garbage gather before it collects.
  expect(mostAhead).toBeLessThan(0.75 * length);
});
