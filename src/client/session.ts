import type { ByteWriter } from "../wire/byte-writer.ts";
import { OpenFlag, PROTOCOL_VERSION, ReleaseKind, Verb } from "../wire/verbs.ts";
import type { Welcome } from "./outcomes.ts";
import { checkName } from "./arguments.ts";
import type { Durability } from "./durability.ts";
import { AbortedError, ClosedError, ConnectError, NwsError, type Where } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import { aborted, again, rejection, subject } from "./failure.ts";
import { NumberedVariable, VariableTable, type WorkspaceHandle } from "./names.ts";
import { openHandle, writeNameOf } from "./opening.ts";
import { Expect, whereOf } from "./pending.ts";
import { reconnectPolicy, type ReconnectOptions } from "./reconnect.ts";
import { Tracing, type TracingApi } from "./tracing.ts";
import type { Dialer } from "./transport.ts";

const DEFAULT_MAX_VALUE_BYTES = 1_073_741_824;

export interface SessionOptions {
  /** What listings show as the owner's label, beside its address. Default: empty. */
  readonly label?: string | undefined;
  /** The largest value that is collected in memory, in bytes. Default 1 GiB. Files and streams have no such limit. */
  readonly maxValueBytes?: number | undefined;
  /** Whether errors say where the operation was called. Default false: it costs some microseconds for each operation. */
  readonly traceCalls?: boolean | undefined;
  /**
   * What becomes of the session when its connection breaks. Default: it outlives it for 10 s, in which the client comes back by itself.
   * `false`: it ends with it.
   */
  readonly reconnect?: ReconnectOptions | false | undefined;
  /**
   * Traces what stores and what reads: OpenTelemetry's API (`import * as api from "@opentelemetry/api"`), with which the program has set up
   * where spans go. The context of a store goes with its values, so that who reads them has a link to it. Default: nothing is traced, and nothing
   * is paid for it.
   */
  readonly tracing?: TracingApi | undefined;
  /** When it is aborted, the session ends at once and every operation rejects with an AbortedError. */
  readonly signal?: AbortSignal | undefined;
}

/** How long an operation waits. */
export interface WaitOptions {
  /** Most milliseconds to wait; a positive number. Default: for ever. The server watches it, so the outcome is definite. */
  readonly timeout?: number | undefined;
  /** Ends the wait when it is aborted: the operation rejects with an AbortedError, unless it is done already. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Who this client is to the server: what is open, which numbers stand for what. (How it talks is the exchange's and the
 * connection's business, so that a session can outlive a connection.)
 */
export class Session {
  readonly exchange: Exchange;
  /** The server's greeting. */
  readonly greeting: Promise<Welcome>;
  readonly tracing: Tracing | undefined;
  readonly #dialer: Dialer;
  readonly #variables = new VariableTable();
  #closing: NwsError | undefined;
  #closed: Promise<void> | undefined;

  /** Throws an ArgumentError when an option can never work; everything else is told to the operations. */
  constructor(dialer: Dialer, options: SessionOptions = {}) {
    const reconnect = reconnectPolicy(options.reconnect);
    this.#dialer = dialer;
    const exchange = new Exchange(
      dialer,
      options.maxValueBytes ?? DEFAULT_MAX_VALUE_BYTES,
      options.traceCalls ?? false,
      reconnect,
    );
    this.exchange = exchange;
    this.tracing = options.tracing === undefined ? undefined : new Tracing(options.tracing, exchange.address);
    this.greeting = this.#hello(options.label ?? "", reconnect?.graceMs ?? 0);
    if (options.signal !== undefined) {
      this.#obey(options.signal);
    }
  }

  get address(): string {
    return this.exchange.address;
  }

  /** Opens (or, without `own`, uses) a workspace. The answer tells how that went; nobody has to wait for it. */
  open(
    name: string,
    how: {
      own: boolean;
      persistent: boolean;
      durability?: Durability | undefined;
      idleTimeoutMs?: number | undefined;
      create: boolean;
    },
  ): [WorkspaceHandle, Promise<void>] {
    const { exchange } = this;
    const handle = exchange.handles.add(name);
    if (this.failure !== undefined) {
      const failure = again(this.failure, { operation: "open", workspace: name });
      handle.fail(failure);
      exchange.handles.remove(handle);
      return [handle, rejected(failure)];
    }
    const { own, persistent, create, durability, idleTimeoutMs } = how;
    const flags = (own ? OpenFlag.own : 0) | (persistent ? OpenFlag.persistent : 0) | (create ? OpenFlag.create : 0);
    return [handle, openHandle(exchange, handle, flags, durability, idleTimeoutMs)];
  }

  /** Why nothing goes any more. */
  get failure(): NwsError | undefined {
    return this.exchange.failure ?? this.#closing;
  }

  /** A request about a workspace or the whole server. `fields` writes what follows the verb. */
  ask<T = void>(
    operation: string,
    verb: number,
    expect: Expect,
    handle: WorkspaceHandle | undefined,
    fields: (writer: ByteWriter) => void,
  ): Promise<T> {
    const failure = handle?.failure ?? this.failure;
    return failure === undefined
      ? this.#send<T>(operation, verb, expect, handle, fields)
      : Promise.reject(again(failure, { operation, workspace: handle?.name }));
  }

  /** The same, also when this session or the workspace is being closed. */
  #send<T = void>(
    operation: string,
    verb: number,
    expect: Expect,
    handle: WorkspaceHandle | undefined,
    fields: (writer: ByteWriter) => void,
  ): Promise<T> {
    const { exchange } = this;
    if (exchange.failure !== undefined) {
      return Promise.reject(again(exchange.failure, { operation, workspace: handle?.name }));
    }
    const answer = exchange.begin<T>(operation, expect, handle, undefined);
    const { writer } = exchange.connection;
    writer.beginFrame(exchange.last.request, verb);
    fields(writer);
    writer.endFrame();
    exchange.connection.wake();
    return answer;
  }

  /** Ends a lease: the value is gone (`ack`) or goes back (`release`). */
  endLease(
    operation: string,
    verb: typeof Verb.ack | typeof Verb.release,
    lease: number,
    handle: WorkspaceHandle,
  ): Promise<void> {
    return this.ask(operation, verb, Expect.done, handle, (writer) => {
      this.exchange.last.lease = lease;
      if (verb === Verb.release) {
        writer.u8(ReleaseKind.lease);
      }
      writer.u64(lease);
    });
  }

  /**
   * The slow way of every operation on a variable, taken when `handle.ready` does not have it: checks the name, gives the
   * variable a number, holds the operation back behind a large value. Then `run` is called, and finds it there.
   */
  later<T, O extends WaitOptions>(
    handle: WorkspaceHandle,
    operation: string,
    name: string,
    options: O | undefined,
    run: (options: O | undefined) => Promise<T>,
  ): Promise<T> {
    const where: Where = { operation, workspace: handle.name, variable: name };
    let variable: NumberedVariable;
    try {
      variable = this.#numbered(handle, name, where);
    } catch (error) {
      return rejection(error);
    }
    if (variable.uploadCount > 0) {
      return hold(this.#dialer, variable, where, options, run);
    }
    handle.ready.set(name, variable);
    return run(options);
  }

  /** Gives up a workspace: what waits for it is rejected, what was sent before is done. Never rejects. */
  leave(handle: WorkspaceHandle): Promise<void> {
    return (handle.closed ??= this.#leave(handle));
  }

  async #leave(handle: WorkspaceHandle): Promise<void> {
    const { exchange } = this;
    await new Promise<void>((resolve) => exchange.uploads.whenIdle(resolve));
    const reason = `workspace '${handle.name}' was closed`;
    const wasOpen = handle.failure === undefined && this.failure === undefined;
    handle.fail(new ClosedError("closed", reason, { workspace: handle.name, reason }));
    this.#abandonWaiting(handle);
    if (wasOpen) {
      await this.#allAnswered();
    }
    if (wasOpen && !exchange.handles.hasOpen(handle.name)) {
      const left = this.#send("close", Verb.leave, Expect.done, handle, (writer) => writer.u32(handle.number));
      await left.catch(ignore);
    }
    this.#variables.release(handle);
    exchange.handles.remove(handle);
  }

  /** Ends the session: what waits is rejected, what was sent before is done. Never rejects. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const { exchange } = this;
    exchange.leave();
    await new Promise<void>((resolve) => exchange.uploads.whenIdle(resolve));
    if (exchange.failure !== undefined) {
      return;
    }
    const reason = `the session with ${this.address} was closed`;
    const closed = new ClosedError("closed", reason, { reason });
    this.#abandonWaiting(undefined);
    const answered = this.#allAnswered();
    this.#closing = closed;
    for (const handle of exchange.handles) {
      handle.fail(closed);
    }
    await answered;
    await this.#send("close", Verb.goodbye, Expect.done, undefined, nothing).catch(ignore);
    exchange.connection.close();
    exchange.fail(closed);
  }

  /**
   * Done when what was sent is answered, but for what waits. A value that is on its way is its caller's: it must be here, and so
   * confirmed, before the server is told that all which was not confirmed may go back.
   */
  async #allAnswered(): Promise<void> {
    const { exchange } = this;
    if (exchange.pending.activeCount > 0) {
      // The server answers in order what does not wait; but of a large value only the beginning.
      do {
        await this.#send("close", Verb.ping, Expect.done, undefined, nothing).catch(ignore);
      } while (exchange.isReceiving && exchange.failure === undefined);
    }
  }

  #hello(label: string, graceMs: number): Promise<Welcome> {
    const { exchange } = this;
    const answer = exchange.begin<Welcome>("connect", Expect.welcome, undefined, undefined);
    const { writer } = exchange.connection;
    const bytes = new TextEncoder().encode(label);
    writer.beginFrame(exchange.last.request, Verb.hello);
    writer.u8(PROTOCOL_VERSION);
    writer.u32(graceMs);
    writer.u16(bytes.length);
    writer.copy(bytes);
    writer.endFrame();
    if (graceMs > 0) {
      exchange.connection.beginStream();
    }
    exchange.connection.wake();
    answer.catch((error: unknown) => {
      if (exchange.failure === undefined && error instanceof NwsError) {
        const reason = `cannot connect to ${this.address}: the server refused: ${error.reason ?? error.message}`;
        exchange.fail(new ConnectError(error.code, reason, { reason, cause: error }));
        exchange.connection.destroy();
      }
    });
    return answer;
  }

  #obey(signal: AbortSignal): void {
    const { exchange } = this;
    const stop = (): void => {
      const reason = `the session with ${this.address} was aborted`;
      exchange.sayGoodbye();
      exchange.connection.abort();
      exchange.fail(new AbortedError("aborted", reason, { reason, cause: signal.reason }));
    };
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener("abort", stop, { once: true });
    exchange.whenEnded(() => signal.removeEventListener("abort", stop));
  }

  #abandonWaiting(handle: WorkspaceHandle | undefined): void {
    const { exchange } = this;
    for (const pending of exchange.pending.used()) {
      if (pending.isWaiting && !pending.isAbandoned && (handle === undefined || pending.handle === handle)) {
        const where = whereOf(pending);
        const reason = `the ${handle === undefined ? "session" : "workspace"} was closed meanwhile`;
        exchange.abandon(
          pending,
          new ClosedError("closed", `${subject(where)} failed: ${reason}`, { ...where, reason }),
        );
      }
    }
  }

  #numbered(handle: WorkspaceHandle, name: string, where: Where): NumberedVariable {
    const failure = handle.failure ?? this.failure;
    if (failure !== undefined) {
      throw again(failure, where);
    }
    const known = handle.variables.get(name);
    if (known !== undefined) {
      return known;
    }
    checkName("variable", name, where);
    const variable = new NumberedVariable(handle, name);
    this.#variables.assign(variable);
    handle.variables.set(name, variable);
    writeNameOf(this.exchange.connection.writer, variable);
    return variable;
  }
}

function nothing(): void {
  // The verb says it all.
}

function ignore(): void {
  // Somebody else tells the program, or there is nobody to tell.
}

/** A promise that is rejected and that nobody has to look at. */
function rejected(error: Error): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(ignore);
  return promise;
}

/** Waits until the large value that is being sent to `variable` is out. The timeout runs meanwhile. */
function hold<T, O extends WaitOptions>(
  dialer: Dialer,
  variable: NumberedVariable,
  where: Where,
  options: O | undefined,
  run: (options: O | undefined) => Promise<T>,
): Promise<T> {
  const signal = options?.signal;
  if (signal?.aborted) {
    return Promise.reject(aborted(signal, where));
  }
  const heldAt = dialer.now();
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => {
      variable.held.splice(variable.held.indexOf(held), 1);
      reject(aborted(signal!, where));
    };
    const held = {
      run: (): void => {
        signal?.removeEventListener("abort", onAbort);
        const timeout = options?.timeout;
        const left = timeout === undefined ? undefined : Math.max(1, timeout - (dialer.now() - heldAt));
        run(left === undefined ? options : ({ ...options, timeout: left } as O)).then(resolve, reject);
      },
      fail: (failure: NwsError): void => {
        signal?.removeEventListener("abort", onAbort);
        reject(again(failure, where));
      },
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    variable.held.push(held);
  });
}
