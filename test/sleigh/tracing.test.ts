import * as api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Sleigh, SleighTaskError } from "../../src/sleigh/index.ts";

interface WorkerSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly pid: number;
}

const exporter = new InMemorySpanExporter();
const options = process.env["NODE_OPTIONS"];
let s: Sleigh;

beforeAll(async () => {
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  api.propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  const setUp = new URL("./fixtures/tracing.mjs", import.meta.url).href;
  process.env["NODE_OPTIONS"] = `${options ?? ""} --import=${setUp}`;
  s = new Sleigh({ workerCount: 2, tracing: api });
  await s.status({ timeout: 60_000 });
});
afterAll(async () => {
  await s.stop();
  if (options === undefined) {
    delete process.env["NODE_OPTIONS"];
  } else {
    process.env["NODE_OPTIONS"] = options;
  }
  api.context.disable();
  api.propagation.disable();
  api.trace.disable();
});

it("a call has a span, and each of its tasks one in it, on the worker that did it", async () => {
  const outer = api.trace.getTracer("the program").startSpan("outer");
  const results = await api.context.with(api.trace.setSpan(api.context.active(), outer), () =>
    s.eachElem("inSpan('inner'), SleighArguments[0] * 2", [1, 2, 3, 4], [], { chunkSize: 1 }),
  );
  outer.end();
  expect(results).toEqual([2, 4, 6, 8]);
  const call = exporter.getFinishedSpans().find(({ name }) => name === "eachElem")!;
  expect(call.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);

  const spans = (await s.eachWorker<WorkerSpan[]>("spans()")).flat();
  const tasks = spans.filter(({ name, parentId }) => name === "task" && parentId === call.spanContext().spanId);
  expect(tasks.map(({ attributes }) => attributes["networkspaces.task"]).sort()).toEqual([0, 1, 2, 3]);
  for (const { kind, traceId, pid } of tasks) {
    expect([kind, traceId]).toEqual([api.SpanKind.CONSUMER, call.spanContext().traceId]);
    expect(pid).not.toBe(process.pid);
  }
  // What a task does is in its span.
  const inner = spans.filter(({ name }) => name === "inner");
  expect(inner.map(({ parentId }) => parentId).sort()).toEqual(tasks.map(({ spanId }) => spanId).sort());
});

it("tasks that wait, and tasks that fail", async () => {
  const failing = s.eachElem(
    async (x: number) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (x === 2) {
        throw new RangeError("not two");
      }
      return x;
    },
    [1, 2],
    [],
    // One after the other.
    { chunkSize: 2 },
  );
  await expect(failing).rejects.toThrow(SleighTaskError);
  const call = exporter.getFinishedSpans().findLast(({ name }) => name === "eachElem")!;
  expect(call.status.code).toBe(api.SpanStatusCode.ERROR);
  const tasks = (await s.eachWorker<WorkerSpan[]>("spans()"))
    .flat()
    .filter(({ parentId }) => parentId === call.spanContext().spanId);
  const failed = tasks.find(({ attributes }) => attributes["networkspaces.task"] === 1)!;
  expect([failed.status, failed.attributes["error.type"]]).toEqual([api.SpanStatusCode.ERROR, "RangeError"]);
  expect(tasks.find(({ attributes }) => attributes["networkspaces.task"] === 0)?.status).toBe(api.SpanStatusCode.UNSET);
});
