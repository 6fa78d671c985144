import type { Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import {
  AbortedError,
  ArgumentError,
  ConnectError,
  ConnectionLostError,
  ErrorCode,
  type Mode,
  NetWorkSpace,
  NwsError,
  NwsServer,
  OperationError,
} from "../../src/client/index.ts";
import { byteString, fields, frame, replies, verbs } from "../conformance/hostile/frames.ts";
import { failureOf, FakeServer, TestServer, until, untilWaiting } from "./support.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("when nobody listens, every operation says where and what to do", async () => {
  await using vacant = await FakeServer.start(() => undefined);
  const { options } = vacant;
  await vacant[Symbol.asyncDispose]().catch(() => undefined);
  const ws = new NetWorkSpace("table", options);
  const errors = await Promise.all([failureOf(ws.store("x", 1)), failureOf(ws.fetch("x")), failureOf(ws.listVars())]);
  for (const error of errors) {
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: "connect_failed", workspace: "table" });
    expect((error as Error).message).toContain(`127.0.0.1:${options.serverPort}`);
    expect((error as Error).message).toContain("NWS_HOST");
  }
  expect(await failureOf(ws.fetch("x"))).toMatchObject({ code: "connect_failed", operation: "fetch", variable: "x" });
  await ws.close();
});

test("a workspace that nobody uses raises no unhandled rejection when it cannot connect or open", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  await using server = await TestServer.start();
  const missing = server.open("missing", { create: false });
  const unreachable = new NetWorkSpace("table", { serverHost: "127.0.0.1", serverPort: 1 });
  await failureOf(unreachable.opened());
  await failureOf(missing.opened());
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test.each([
  ["2223", "server_too_old", "classic"],
  ["P0000000", "server_too_old", "Multiplex"],
  ["HTTP/1.1 400 Bad Request\r\n\r\n", "connect_failed", "not a NetWorkSpaces server"],
])("what answers %j is told in clear words", async (answer, code, words) => {
  await using fake = await FakeServer.start((socket) => socket.write(answer));
  const ws = new NetWorkSpace("table", fake.options);
  const error = await failureOf(ws.store("x", 1));
  expect(error).toBeInstanceOf(ConnectError);
  expect(error).toMatchObject({ code });
  expect((error as Error).message).toContain(words);
});

test("a server that takes the connection and says nothing is given up in time", async () => {
  await using fake = await FakeServer.start(() => undefined);
  const ws = new NetWorkSpace("table", { ...fake.options, connectTimeout: 50 });
  expect(await failureOf(ws.fetch("x"))).toMatchObject({ code: "connect_failed" });
});

test("a server without room is a ConnectError", async () => {
  await using server = await TestServer.start({ limits: { maxConnections: 1 } });
  const first = server.open("table");
  await first.opened();
  const error = await failureOf(server.open("table").store("x", 1));
  expect(error).toBeInstanceOf(ConnectError);
  expect(error).toMatchObject({ code: "too_many_connections" });
  await first.store("x", 1);
});

test("a server that speaks nonsense loses the connection, with the reason", async () => {
  await using fake = await FakeServer.start((socket) => {
    socket.write("P00000010009Multiplex0000A000");
    socket.on("data", () => socket.write(new Uint8Array([0, 0, 0, 1, 2, 3, 4, 5, 6])));
  });
  const error = await failureOf(new NetWorkSpace("table", fake.options).store("x", 1));
  expect(error).toBeInstanceOf(ConnectionLostError);
  expect((error as Error).message).toContain("protocol");
});

test("a lost connection rejects what is pending and what comes later, each with its own words", async () => {
  const server = await TestServer.start();
  const ws = server.open("table");
  const [x, y] = [failureOf(ws.fetch("x")), failureOf(ws.find("y"))];
  await untilWaiting(ws, "x", 1);
  await server[Symbol.asyncDispose]();
  for (const [error, operation, variable] of [
    [await x, "fetch", "x"],
    [await y, "find", "y"],
  ]) {
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ operation, variable, workspace: "table" });
  }
  await until("the client has noticed", async () => {
    const error = await failureOf(ws.store("z", 1));
    return (error as NwsError).code === "connection_lost";
  });
  expect(((await failureOf(ws.store("z", 1))) as Error).message).toContain(String(server.running.port));
});

test("the signal of a workspace ends its session and everything that is pending", async () => {
  await using server = await TestServer.start();
  const [other, controller] = [server.connect(), new AbortController()];
  const ws = server.open("table", { signal: controller.signal });
  const waiting = failureOf(ws.fetch("x"));
  await untilWaiting(ws, "x", 1);
  controller.abort(new Error("enough"));
  expect(await waiting).toBeInstanceOf(AbortedError);
  expect(await failureOf(ws.store("x", 1))).toMatchObject({ code: "aborted", cause: { message: "enough" } });
  await until("the session is over", async () => (await other.info()).connections === 1);
});

test.each([[""], ["a\tb"], ["a\nb"], ["a\0b"], [7], [undefined], ["x".repeat(70_000)]])(
  "the name %j is refused before anything is sent",
  async (name) => {
    await using server = await TestServer.start();
    const ws = server.open("table");
    const bad = name as string;
    expect(() => server.open(bad)).toThrow(ArgumentError);
    expect(() => ws.variable(bad)).toThrow(ArgumentError);
    expect(() => ws.ifind(bad)).toThrow(ArgumentError);
    for (const promise of [ws.store(bad, 1), ws.fetch(bad), ws.declare(bad, "fifo"), ws.deleteVar(bad)]) {
      expect(await failureOf(promise)).toBeInstanceOf(ArgumentError);
    }
    expect(await ws.listVars()).toEqual([]);
  },
);

test("a mode that is none is refused before anything is sent", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const mode = "stack" as Mode;
  expect(await failureOf(ws.declare("x", mode))).toMatchObject({ code: "bad_mode" });
  expect(() => ws.variable("x", mode)).toThrow("stack");
});

test.each([[0], [-1], [65_536], [1.5], [NaN]])("the port %s is refused", (serverPort) => {
  expect(() => new NwsServer({ serverPort })).toThrow(ArgumentError);
});

test("host and port come from the environment where they are not given", async () => {
  await using server = await TestServer.start();
  vi.stubEnv("NWS_HOST", "127.0.0.1");
  vi.stubEnv("NWS_SERVER_PORT", String(server.running.port));
  await new NwsServer().ping();
  vi.stubEnv("NWS_SERVER_PORT", "many");
  expect(() => new NwsServer()).toThrow("NWS_SERVER_PORT");
});

test("with traceCalls an error shows who called the operation", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table", { traceCalls: true });
  const callIt = (): Promise<unknown> => ws.deleteVar("missing");
  const error = await failureOf(callIt());
  expect((error as Error).stack).toContain("callIt");
});

test("every error is an NwsError with a code of the list", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const error = await failureOf(ws.deleteVar("missing"));
  expect(error).toBeInstanceOf(NwsError);
  expect(ErrorCode).toHaveProperty((error as NwsError).code);
  expect((error as NwsError).name).toBe("NoSuchVariableError");
});

test.each([
  ["fetch, with 'done'", "done", (ws: NetWorkSpace) => ws.fetch("x")],
  ["fetch, with 'none'", "none", (ws: NetWorkSpace) => ws.fetch("x")],
  ["fetch on lease, with 'done'", "done", (ws: NetWorkSpace) => ws.fetch("x", { lease: true })],
  ["an iterator, with 'done'", "done", (ws: NetWorkSpace) => ws.ifindTry("x").next()],
  ["store, with 'none'", "none", (ws: NetWorkSpace) => ws.store("x", 1)],
  ["store, with a value", "value", (ws: NetWorkSpace) => ws.store("x", 1)],
  ["store, with a greeting", "welcome", (ws: NetWorkSpace) => ws.store("x", 1)],
  ["a listing, with 'done'", "done", (ws: NetWorkSpace) => ws.listVars()],
] as const)(
  "a server that answers what was not asked (%s) loses the connection, with the reason",
  async (...[, reply, ask]) => {
    await using fake = await FakeServer.start((socket) => answerWith(socket, reply));
    const error = await failureOf(ask(new NetWorkSpace("table", { ...fake.options, reconnect: false })));
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect((error as Error).message).toContain("does not fit");
  },
);

test("information that is no JSON rejects with what is wrong", async () => {
  await using fake = await FakeServer.start((socket) => answerWith(socket, "value"));
  const error = await failureOf(new NwsServer({ ...fake.options, reconnect: false }).info());
  expect(error).toBeInstanceOf(OperationError);
  expect((error as Error).message).toContain("JSON");
});

/** Greets, lets a workspace be opened, and answers everything else like this. */
function answerWith(socket: Socket, reply: "done" | "none" | "value" | "welcome"): void {
  const welcome = [fields([1, 1], [4, 0], [8, 1000]), byteString("s1"), byteString("secret"), fields([1, 0])];
  const content = { done: [], none: [], value: [fields([1, 0], [4, 1]), "text"], welcome }[reply];
  let received = Buffer.alloc(0);
  let at = "X000R00000010009Multiplex00011".length;
  socket.write("P00000010009Multiplex0000A000");
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= at + 9 && received.length >= at + 4 + received.readUInt32BE(at)) {
      const [request, verb] = [received.readUInt32BE(at + 4), received.readUInt8(at + 8)];
      at += 4 + received.readUInt32BE(at);
      if (verb === verbs.hello) {
        socket.write(frame(request, replies.welcome, ...welcome));
      } else if (verb === verbs.open) {
        socket.write(frame(request, replies.done));
      } else if (verb !== verbs.name) {
        socket.write(frame(request, replies[reply], ...content));
      }
    }
  });
}
