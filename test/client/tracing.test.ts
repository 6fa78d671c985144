import * as api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { NetWorkSpace, type WorkspaceOptions } from "../../src/client/index.ts";
import { fromMetadata, toMetadata } from "../../src/client/tracing.ts";
import { serve, type TestServer } from "../server/harness.ts";

const exporter = new InMemorySpanExporter();
let test: TestServer;

beforeAll(async () => {
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  api.propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  test = await serve({ longValueBytes: 300_000 });
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  api.context.disable();
  api.propagation.disable();
  api.trace.disable();
});

function open(options: WorkspaceOptions = {}): NetWorkSpace {
  return new NetWorkSpace("jobs", {
    serverHost: "127.0.0.1",
    serverPort: test.port,
    reconnect: false,
    tracing: api,
    ...options,
  });
}

const spans = (name: string): ReturnType<InMemorySpanExporter["getFinishedSpans"]> =>
  exporter.getFinishedSpans().filter((span) => span.name === name);

it("a store and the fetch of its value: spans after the conventions for messaging, and a link between them", async () => {
  await using storer = open();
  await using fetcher = open();
  const tracer = api.trace.getTracer("the program");
  const outer = tracer.startSpan("outer");
  await api.context.with(api.trace.setSpan(api.context.active(), outer), () => storer.store("x", "value"));
  outer.end();
  expect(await fetcher.fetch("x")).toBe("value");
  const [store] = spans("store x");
  const [fetch] = spans("fetch x");
  expect(store!.kind).toBe(api.SpanKind.PRODUCER);
  expect(store!.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
  expect(store!.attributes).toEqual({
    "messaging.system": "networkspaces",
    "messaging.operation.name": "store",
    "messaging.operation.type": "send",
    "messaging.destination.name": "x",
    "networkspaces.workspace": "jobs",
    "server.address": "127.0.0.1",
    "server.port": test.port,
  });
  expect(fetch!.kind).toBe(api.SpanKind.CONSUMER);
  expect(fetch!.attributes["messaging.operation.type"]).toBe("receive");
  expect(fetch!.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([
    [store!.spanContext().traceId, store!.spanContext().spanId],
  ]);
});

it("waiting fetches, finds, leases, several values, large values and files: each has its links", async () => {
  await using storer = open();
  await using fetcher = open();
  const waiting = fetcher.fetch("w");
  await storer.store("w", 1);
  await waiting;
  const large = "x".repeat(200_000);
  const longer = "x".repeat(400_000);
  await storer.store("x", large);
  await storer.store("x", longer);
  await storer.storeAll("x", [1, 2]);
  expect(await fetcher.findTry("x")).toBe(large);
  expect(await fetcher.fetch("x")).toBe(large);
  expect(await fetcher.fetchTry("x")).toBe(longer);
  const lease = await fetcher.fetch("x", { lease: true });
  await lease.complete("done", true);
  expect(await fetcher.fetchMany("x")).toEqual([2]);
  expect(await fetcher.fetchTry("nothing")).toBeUndefined();
  const idsOf = (name: string): (string | undefined)[] => spans(name).map((span) => span.spanContext().spanId);
  const linked = (name: string): (string | undefined)[] =>
    spans(name).flatMap(({ links }) => links.map(({ context }) => context.spanId));
  const [first, second] = idsOf("store x");
  const [both] = idsOf("storeAll x");
  expect(linked("fetch w")).toEqual(idsOf("store w"));
  expect(linked("findTry x")).toEqual([first]);
  expect(linked("fetch x")).toEqual([first, both]);
  expect(linked("fetchTry x")).toEqual([second]);
  expect(linked("fetchMany x")).toEqual([both]);
  expect(spans("storeAll x")[0]!.attributes["messaging.batch.message_count"]).toBe(2);
  expect(spans("fetchMany x")[0]!.attributes["messaging.batch.message_count"]).toBe(1);
  expect(spans("complete done")[0]!.kind).toBe(api.SpanKind.PRODUCER);
  expect(linked("fetchTry nothing")).toEqual([]);
});

it("a value that comes back keeps what was stored with it, one that waited for room has it, one that is gone takes it along", async () => {
  await using storer = open();
  await using fetcher = open();
  await storer.declare("b", "fifo", { maxValues: 1 });
  await storer.store("b", 1);
  const blocked = storer.store("b", 2);
  const lease = await fetcher.fetch("b", { lease: true });
  await lease.release();
  expect(await fetcher.fetch("b")).toBe(1);
  await blocked;
  expect(await fetcher.fetch("b")).toBe(2);
  const links = spans("fetch b").map((span) => span.links.map(({ context }) => context.spanId));
  const [one, two] = spans("store b").map((span) => span.spanContext().spanId);
  expect(links).toEqual([[one], [one], [two]]);
  test.server.space.validate();
  await storer.store("b", 3);
  await storer.deleteVar("b");
  test.server.space.validate();
});

it("who does not trace gets the same values, and who traces what others stored has no link", async () => {
  await using traced = open();
  await using plain = open({ tracing: undefined });
  await traced.store("x", 1);
  expect(await plain.fetch("x")).toBe(1);
  await plain.store("x", 2);
  expect(await traced.fetch("x")).toBe(2);
  expect(spans("fetch x").map(({ links }) => links)).toEqual([[]]);
  expect(exporter.getFinishedSpans().length).toBe(2);
});

it("what fails has its code", async () => {
  await using ws = open();
  await expect(ws.fetch("nothing", { timeout: 1 })).rejects.toMatchObject({ code: "timed_out" });
  const [span] = spans("fetch nothing");
  expect(span!.status.code).toBe(api.SpanStatusCode.ERROR);
  expect(span!.attributes["error.type"]).toBe("timed_out");
});

it("metadata is lines of names and values; what does not fit is left out", () => {
  const carrier = { traceparent: "00-1-2-01", tracestate: "a=b: c" };
  expect({ ...fromMetadata(toMetadata(carrier)!) }).toEqual(carrier);
  expect(toMetadata({})).toBeUndefined();
  expect(toMetadata({ a: "x".repeat(2000) })).toBeUndefined();
  expect(toMetadata({ a: "x\ny" })).toBeUndefined();
});
