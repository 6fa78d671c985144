import { MAX_METADATA_BYTES } from "../wire/verbs.ts";

/**
 * What is used of `@opentelemetry/api`: the module itself fits. (Nothing is loaded by this client, so who does not trace need not have it.)
 * What it calls a context, and a span's context, is only handed on.
 */
export interface TracingApi {
  /** Makes spans, and has contexts carry them. */
  readonly trace: {
    /** The tracer of a library. */
    getTracer(name: string, version?: string): TracingTracer;
    /** A context with this span. */
    setSpan(context: unknown, span: TracingSpan): unknown;
    /** The context of the span that a context has; undefined: it has none. */
    getSpanContext(context: unknown): unknown;
  };
  /** Knows what goes on. */
  readonly context: {
    /** The present context. */
    active(): unknown;
  };
  /** Contexts as texts, to go over the wire. */
  readonly propagation: {
    /** Writes a context to the carrier. */
    inject(context: unknown, carrier: Record<string, string>): void;
    /** Reads one from it. */
    extract(context: unknown, carrier: Record<string, string>): unknown;
  };
  /** A context without anything. */
  readonly ROOT_CONTEXT: unknown;
}

/** What makes spans: OpenTelemetry's `Tracer`. */
export interface TracingTracer {
  /** Begins a span below the one that the context has. */
  startSpan(name: string, options?: object, context?: unknown): TracingSpan;
}

/** Something that takes time: OpenTelemetry's `Span`. */
export interface TracingSpan {
  /** Says something of it. */
  setAttribute(name: string, value: string | number): unknown;
  /** Says how it went. */
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  /** Points to another span, of another trace perhaps. */
  addLink(link: { readonly context: unknown }): unknown;
  /** It is over. */
  end(): void;
}

/** OpenTelemetry's numbers. */
const Kind = { consumer: 4, producer: 3 } as const;
const STATUS_ERROR = 2;

/** What is being done, and with what. */
export interface TracedOperation {
  readonly name: string;
  readonly workspace: string;
  readonly variable: string;
}

/**
 * Spans for what stores and what reads, after OpenTelemetry's conventions for messaging. A store's context goes with its values as metadata
 * (docs/protocol.md); the span of who reads a value has a link to the one that stored it.
 */
export class Tracing {
  readonly #api: TracingApi;
  readonly #tracer: TracingTracer;
  readonly #server: Record<string, string | number>;

  /** `address`: of the server, as `host:port`. */
  constructor(api: TracingApi, address: string) {
    this.#api = api;
    this.#tracer = api.trace.getTracer("networkspaces");
    const [, host = address, port] = /^(.*):(\d+)$/.exec(address) ?? [];
    this.#server = { "server.address": host, ...(port !== undefined && { "server.port": Number(port) }) };
  }

  /** `send` is given what is to go with the values. `count`: of values. */
  async producing<T>(
    operation: TracedOperation,
    count: number,
    send: (metadata: string | undefined) => Promise<T>,
  ): Promise<T> {
    const { context, trace, propagation } = this.#api;
    const active = context.active();
    const span = this.#span(operation, Kind.producer, "send", active);
    if (count !== 1) {
      span.setAttribute("messaging.batch.message_count", count);
    }
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(active, span), carrier);
    return until(span, send(toMetadata(carrier)));
  }

  /** `read` is to tell what goes with each value. */
  async consuming<T>(operation: TracedOperation, read: (tell: (metadata: string) => void) => Promise<T>): Promise<T> {
    const { context, trace, propagation, ROOT_CONTEXT } = this.#api;
    const span = this.#span(operation, Kind.consumer, "receive", context.active());
    const tell = (metadata: string): void => {
      try {
        const stored = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, fromMetadata(metadata)));
        if (stored !== undefined) {
          span.addLink({ context: stored });
        }
      } catch {
        // What another program has written there is nothing that this one's propagators can read: then there is no link.
      }
    };
    const result = read(tell).then((values) => {
      if (Array.isArray(values) && /^if|Many$/.test(operation.name)) {
        span.setAttribute("messaging.batch.message_count", values.length);
      }
      return values;
    });
    return until(span, result);
  }

  #span({ name, workspace, variable }: TracedOperation, kind: number, type: string, context: unknown): TracingSpan {
    const attributes = {
      "messaging.system": "networkspaces",
      "messaging.operation.name": name,
      "messaging.operation.type": type,
      "messaging.destination.name": variable,
      "networkspaces.workspace": workspace,
      ...this.#server,
    };
    return this.#tracer.startSpan(`${name} ${variable}`, { kind, attributes }, context);
  }
}

/** The span is over when the promise is settled. */
export async function until<T>(span: TracingSpan, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    const { code, name, message } = error as {
      readonly code?: unknown;
      readonly name?: string;
      readonly message?: string;
    };
    span.setAttribute("error.type", typeof code === "string" ? code : (name ?? "Error"));
    span.setStatus({ code: STATUS_ERROR, message: message ?? String(error) });
    throw error;
  } finally {
    span.end();
  }
}

/** As lines `name: value`; undefined when there is nothing, or it would be too long. */
export function toMetadata(carrier: Readonly<Record<string, string>>): string | undefined {
  const lines = Object.entries(carrier).map(([name, value]) => `${name}: ${value}`);
  const text = lines.join("\n");
  const isPlain = /^[\x20-\x7e\n]+$/.test(text) && lines.every((line) => !line.includes("\n"));
  return isPlain && text.length <= MAX_METADATA_BYTES ? text : undefined;
}

export function fromMetadata(text: string): Record<string, string> {
  const carrier: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of text.split("\n")) {
    const at = line.indexOf(": ");
    if (at > 0) {
      carrier[line.slice(0, at)] = line.slice(at + 2);
    }
  }
  return carrier;
}
