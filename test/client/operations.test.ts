import { expect, test } from "vitest";
import {
  DeclarationError,
  DeserializationError,
  NoSuchVariableError,
  SerializationError,
  VariableDeletedError,
} from "../../src/client/index.ts";
import { failureOf, TestServer, untilWaiting } from "./support.ts";

test("operations need no await: they queue behind the opening and happen in the order of the calls", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  void ws.store("x", 1);
  void ws.store("x", 2);
  const first = ws.fetch("x");
  void ws.store("x", 3);
  expect(await Promise.all([first, ws.fetch("x"), ws.fetch("x")])).toEqual([1, 2, 3]);
  expect(await ws.fetchTry("x")).toBeUndefined();
});

test("a fetch waits until another session stores", async () => {
  await using server = await TestServer.start();
  const [taker, giver] = [server.open("table"), server.open("table")];
  const value = taker.fetch("x");
  await untilWaiting(giver, "x", 1);
  await giver.store("x", { cube: 27 });
  expect(await value).toEqual({ cube: 27 });
});

test("every waiting find sees a stored value, and the first waiting fetch takes it", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const found = [ws.find("x"), ws.find("x")];
  const [first, second] = [ws.fetch("x"), ws.fetch("x")];
  await ws.store("x", "a");
  expect(await Promise.all([...found, first])).toEqual(["a", "a", "a"]);
  expect((await ws.listVars())[0]).toMatchObject({ values: 0, fetchers: 1, finders: 0 });
  await ws.store("x", "b");
  expect(await second).toBe("b");
});

test("many operations are in flight at once and each gets its own answer", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const names = Array.from({ length: 500 }, (_, index) => `variable ${index}`);
  const answers = names.map((name) => ws.fetch(name));
  await Promise.all(names.map((name) => ws.store(name, `of ${name}`)));
  expect(await Promise.all(answers)).toEqual(names.map((name) => `of ${name}`));
});

test.each([
  ["a text", "Grüße, 世界"],
  ["an empty text", ""],
  ["a text with a lone surrogate", "a\ud800b"],
  ["a long ASCII text", "x".repeat(5000)],
  ["a number", -0.5],
  ["undefined", undefined],
  ["null", null],
  ["a nested object", { list: [1, "two", { three: 3n }], when: new Date(0), set: new Set([1]) }],
  ["bytes", new Uint8Array([0, 255, 7])],
  ["no bytes", new Uint8Array(0)],
  ["doubles", new Float64Array([1.5, -2.5])],
])("%s comes back as it was stored", async (_, value) => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", value);
  expect(await ws.find("x")).toEqual(value);
  expect(await ws.fetch("x")).toEqual(value);
});

test("bytes that were fetched belong to the program: later traffic does not change them", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  void ws.store("x", new Uint8Array(1000).fill(1));
  const bytes = (await ws.fetch("x")) as Uint8Array;
  void ws.store("x", new Uint8Array(1000).fill(2));
  await ws.fetch("x");
  expect(bytes.every((byte) => byte === 1)).toBe(true);
  expect(bytes.buffer.byteLength).toBe(1000);
});

test("a list is stored in one request, all or nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", [1, "two", new Uint8Array([3]), { four: 4 }]);
  expect(await ws.fetchMany("x")).toEqual([1, "two", new Uint8Array([3]), { four: 4 }]);
  const error = await failureOf(ws.storeAll("x", [5, () => undefined, 6]));
  expect(error).toBeInstanceOf(SerializationError);
  await ws.storeAll("x", []);
  expect(await ws.fetchTryMany("x")).toEqual([]);
});

test("fetchMany waits for the first value and takes at most max", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const some = ws.fetchMany("x", { max: 3 });
  await ws.storeAll("x", [1, 2, 3, 4, 5]);
  expect(await some).toEqual([1]);
  expect(await ws.fetchMany("x", { max: 3 })).toEqual([2, 3, 4]);
  expect(await ws.fetchTryMany("x", { max: 3 })).toEqual([5]);
});

test("the trying reads answer with what is given for missing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  expect(await ws.fetchTry("x", "none")).toBe("none");
  expect(await ws.findTry("x", null)).toBeNull();
  await ws.store("x", 1);
  expect(await ws.findTry("x")).toBe(1);
  expect(await ws.fetchTry("x")).toBe(1);
});

test("the mode of a variable is fixed by the first declaration", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.declare("x", "lifo");
  await ws.declare("x", "lifo");
  const error = await failureOf(ws.declare("x", "fifo"));
  expect(error).toBeInstanceOf(DeclarationError);
  expect(error).toMatchObject({ code: "mode_conflict", operation: "declare", workspace: "table", variable: "x" });
  await ws.storeAll("x", [1, 2]);
  expect(await ws.fetch("x")).toBe(2);
});

test("a typed variable declares its mode first, and refuses everything when that failed", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const x = ws.variable<number>("x", "lifo");
  await Promise.all([x.store(1), x.store(2)]);
  expect(await x.fetch()).toBe(2);
  const wrong = ws.variable<number>("x", "single");
  expect(await failureOf(wrong.store(3))).toBeInstanceOf(DeclarationError);
  expect(await x.fetchTryMany()).toEqual([1]);
});

test("deleting a variable fails who waits for it; deleting it again fails itself", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  const waiting = failureOf(other.fetch("x"));
  await untilWaiting(ws, "x", 1);
  await ws.deleteVar("x");
  expect(await waiting).toBeInstanceOf(VariableDeletedError);
  expect(await failureOf(ws.deleteVar("x"))).toBeInstanceOf(NoSuchVariableError);
});

test("listVars tells what is there, as objects and as the classic text", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("b", ["one", "two"]);
  await ws.declare("c", "single");
  void ws.fetch("a").catch(() => undefined);
  await using lease = await ws.fetch("b", { lease: true });
  expect(lease.value).toBe("one");
  const listing = await ws.listVars();
  expect(listing).toMatchObject([
    { name: "a", values: 0, fetchers: 1, finders: 0, mode: "unknown", booked: 0, bytes: 0 },
    { name: "b", values: 1, fetchers: 0, finders: 0, mode: "fifo", booked: 1 },
    { name: "c", values: 0, mode: "single" },
  ]);
  expect(listing[1]!.bytes).toBeGreaterThanOrEqual(3);
  expect(await ws.listVarsText()).toBe("a\t0\t1\t0\tunknown\nb\t1\t0\t0\tfifo\nc\t0\t0\t0\tsingle");
});

test("a value that cannot travel is refused with the path to what cannot, and nothing is sent", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const error = await failureOf(ws.store("x", { list: [1, { run: () => undefined }] }));
  expect(error).toBeInstanceOf(SerializationError);
  expect((error as SerializationError).path).toContain("run");
  expect(error).toMatchObject({ code: "serialization_failed", operation: "store", workspace: "table", variable: "x" });
  await ws.store("x", 1);
  expect(await ws.fetchTryMany("x")).toEqual([1]);
});

test("another language's value raises an error that carries its bytes", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await storeAs(server, 1 << 24, "pickled");
  const error = (await failureOf(ws.fetch("x"))) as DeserializationError;
  expect(error).toBeInstanceOf(DeserializationError);
  expect(error).toMatchObject({ language: "Python", descriptor: 1 << 24, variable: "x" });
  expect(new TextDecoder().decode(error.bytes)).toBe("pickled");
  expect(await ws.fetchTry("x", "gone")).toBe("gone");
});

test("one value of several that cannot be read puts them all back", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", "good");
  await storeAs(server, 1 << 24, "pickled");
  expect(await failureOf(ws.fetchMany("x"))).toBeInstanceOf(DeserializationError);
  expect(await ws.fetch("x")).toBe("good");
  expect((await ws.listVars())[0]).toMatchObject({ values: 1, booked: 0 });
});

/** Stores a value of another language into `x` of `table`, as a classic client does. */
async function storeAs(server: TestServer, descriptor: number, text: string): Promise<void> {
  const { connect } = await import("node:net");
  const socket = connect(server.running.port, server.running.host);
  const argument = (value: string): string => String(value.length).padStart(20, "0") + value;
  const command = (...values: string[]): string =>
    String(values.length).padStart(4, "0") + values.map(argument).join("");
  socket.write(
    `2222${command("use ws", "table", "", "no")}${command("store", "table", "x", String(descriptor), text)}`,
  );
  await new Promise<void>((resolve) => {
    let received = "";
    socket.on("data", (data) => {
      received += data.toString("latin1");
      if (received.length >= 12) {
        resolve();
      }
    });
  });
  socket.destroy();
}
