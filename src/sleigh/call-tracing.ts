import { toMetadata, type TracingApi, until } from "../client/tracing.ts";

/** OpenTelemetry's number. */
const PRODUCER = 3;

/** A span for each call of a sleigh, from when it is made until it is over: that of each task, on a worker, is in it. */
export class CallTracing {
  readonly #api: TracingApi;

  constructor(api: TracingApi) {
    this.#api = api;
  }

  /** Returns the span's context, for the workers. */
  begin(name: string, promise: Promise<unknown>): string | undefined {
    const { context, trace, propagation } = this.#api;
    const active = context.active();
    const attributes = {
      "messaging.system": "networkspaces",
      "messaging.operation.name": name,
      "messaging.operation.type": "send",
    };
    const span = trace.getTracer("networkspaces").startSpan(name, { kind: PRODUCER, attributes }, active);
    // (Who made the call hears of what goes wrong.)
    until(span, promise).catch(() => undefined);
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(active, span), carrier);
    return toMetadata(carrier);
  }
}
