import type * as Api from "@opentelemetry/api";
import { fromMetadata } from "../../client/tracing.ts";

/** Runs a task in a span of its own. */
export interface TaskTracing {
  task(number: number, tries: number, run: () => unknown): unknown;
}

let loading: Promise<typeof Api | undefined> | undefined;

/**
 * Spans for the tasks of a call whose master traces: `carried` is the context of its span. Undefined where OpenTelemetry's API is not installed: a
 * worker works without it. (Where spans go says whoever has set that up in this process, with `NODE_OPTIONS=--import=…`.)
 */
export async function taskTracing(carried: string): Promise<TaskTracing | undefined> {
  const api = await (loading ??= import("@opentelemetry/api").catch(() => undefined));
  if (api === undefined) {
    return undefined;
  }
  const { propagation, trace, ROOT_CONTEXT } = api;
  const call = propagation.extract(ROOT_CONTEXT, fromMetadata(carried));
  const tracer = trace.getTracer("networkspaces");
  return { task: (number, tries, run) => inSpan(api, tracer, call, { number, tries }, run) };
}

function inSpan(
  { context, trace, SpanKind, SpanStatusCode }: typeof Api,
  tracer: Api.Tracer,
  call: Api.Context,
  { number, tries }: { readonly number: number; readonly tries: number },
  run: () => unknown,
): unknown {
  const attributes = {
    "messaging.system": "networkspaces",
    "messaging.operation.name": "task",
    "messaging.operation.type": "process",
    "networkspaces.task": number,
    ...(tries > 1 && { "networkspaces.tries": tries }),
  };
  const span = tracer.startSpan("task", { kind: SpanKind.CONSUMER, attributes }, call);
  const failed = (error: unknown): void => {
    span.recordException(error instanceof Error ? error : String(error));
    span.setAttribute("error.type", error instanceof Error ? error.name : typeof error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    span.end();
  };
  let result: unknown;
  try {
    result = context.with(trace.setSpan(call, span), run);
  } catch (error) {
    failed(error);
    throw error;
  }
  if (typeof (result as { readonly then?: unknown } | null | undefined)?.then === "function") {
    (result as PromiseLike<unknown>).then(() => span.end(), failed);
  } else {
    span.end();
  }
  return result;
}
