import type { ByteWriter } from "../wire/byte-writer.ts";
import { writeDeclare, writeNumbered } from "../wire/client-frames.ts";
import { Verb } from "../wire/verbs.ts";
import type { Leased, Position, Positioned } from "./outcomes.ts";
import {
  checkDurability,
  checkLeaseLimit,
  checkLimits,
  checkMode,
  checkName,
  checkPeriod,
  checkWhole,
} from "./arguments.ts";
import type { Durability } from "./durability.ts";
import { ArgumentError } from "./errors.ts";
import { Lease, type LeaseHolder } from "./lease.ts";
import type { DeclareOptions, StoreOptions } from "./limits.ts";
import { classicFields, readVariables, type VariableListing } from "./listing.ts";
import type { Mode } from "./mode.ts";
import type { WorkspaceHandle } from "./names.ts";
import { Expect } from "./pending.ts";
import { read, type ReadingName, readOne, type ReadRequest } from "./reading.ts";
import type { Session, WaitOptions } from "./session.ts";
import { VariableIterator } from "./variable-iterator.ts";
import { Variable } from "./variable.ts";
import type { TracedOperation } from "./tracing.ts";
import { type SendOptions, sendValue, sendValues } from "./writing.ts";

/** The names of a typed workspace's variables. */
export type NameOf<Vars> = keyof Vars & string;

/** What a workspace's variables hold, when all their types are of interest at once. */
export type AnyOf<Vars> = Vars[NameOf<Vars>];

/** What a read gives: the type that the map has for the name, unless the caller says `T`. */
export type ValueOf<Vars, K extends NameOf<Vars>, T> = [T] extends [never] ? Vars[K] : NoInfer<T>;

/** Of a read without a lease. */
export type PlainOptions = WaitOptions & { readonly lease?: false };

/** How a value is taken on lease. */
export interface LeaseOptions extends WaitOptions {
  /**
   * The value stays booked until it is acknowledged; with a number, for so many milliseconds at most, and then it goes back to its
   * old place for others. See `Lease`.
   */
  readonly lease: true | number;
}

/** Of a read that may be either. */
type LeasableOptions = WaitOptions & { readonly lease?: boolean | number };

/** How several values are taken in one request. */
export interface ManyOptions extends WaitOptions {
  /** Most values wanted. Default 1000. */
  readonly max?: number | undefined;
}

/** How an iterator reads. */
export interface IterationOptions extends WaitOptions {
  /**
   * Most values that an `ifind` or `ifindTry` reads at a time. Default 1. With more it is many times as fast over long queues, and
   * may show values that somebody has fetched meanwhile. `ifetch` and `ifetchTry` take one at a time.
   */
  readonly batch?: number | undefined;
  /** Where to begin: behind this place, as the `position` of another iterator of the same variable says it. Default: at the beginning. */
  readonly after?: Position | undefined;
}

/** How a workspace is opened. */
export interface OpenOptions {
  /** Use it and do not want to own it. Default false: own it if nobody does. */
  readonly useUse?: boolean | undefined;
  /** Whether to make the workspace when there is none. Default true; else operations reject with NoSuchWorkspaceError. */
  readonly create?: boolean | undefined;
  /** Whether it stays when its owner goes. What its first owner says holds. Default false. */
  readonly persistent?: boolean | undefined;
  /**
   * How safe a change must be before anybody is told of it, where the server keeps persistent workspaces. What its owner says holds, and stays when
   * the owner goes. Default of a persistent workspace: as it is, and at first what the server does. One that is not persistent outlives the server when
   * this is said, for as long as its owner's session does; by default it does not.
   */
  readonly durability?: Durability | undefined;
  /**
   * How long nobody may have the workspace open before it is deleted, with all that is in it, in milliseconds; Infinity: it stays. What was said
   * last holds, whoever said it. Not for `__default`. Default: as it is, at first Infinity.
   */
  readonly idleTimeout?: number | undefined;
}

const DEFAULT_MOST = 1000;
const MOST = 0xffff_ffff;

/** Throws an ArgumentError when a workspace can never be opened like this: before anybody connects for it. */
export function checkOpening(name: string, { durability, idleTimeout }: OpenOptions): void {
  const where = { operation: "open" };
  checkName("workspace", name, where);
  checkDurability(durability, { ...where, workspace: name });
  checkPeriod("idleTimeout", idleTimeout, { ...where, workspace: name });
}

/**
 * A workspace: everything but files, and the same in Node and in browsers. `Vars` maps the names of variables to the
 * types of their values.
 *
 * Every operation is sent in the order of the calls, whether or not the program waits for the earlier ones; one write carries all
 * of a turn. A program that stores without ever waiting for a `store` fills its own memory: waiting is the flow control.
 */
export class WorkspaceBase<Vars = Record<string, unknown>> implements AsyncDisposable {
  readonly name: string;
  /** @internal */
  readonly session: Session;
  /** @internal */
  readonly handle: WorkspaceHandle;
  readonly #opened: Promise<void>;

  constructor(name: string, session: Session, options: OpenOptions) {
    checkOpening(name, options);
    this.name = name;
    this.session = session;
    const { useUse = false, create = true, persistent = false, durability, idleTimeout } = options;
    const idleTimeoutMs = checkPeriod("idleTimeout", idleTimeout, { operation: "open", workspace: name });
    [this.handle, this.#opened] = session.open(name, { own: !useUse, persistent, durability, idleTimeoutMs, create });
  }

  /** Resolves when the server has opened the workspace, rejects when it did not. Nobody needs to wait for this. */
  opened(): Promise<void> {
    return this.#opened;
  }

  /**
   * Fixes the mode of a variable, and says how much it holds and for how long. The same mode again is fine, and may change the limits (stores
   * that wait are let in at once when there is room then); DeclarationError for another mode.
   */
  async declare(name: NameOf<Vars>, mode: Mode, options?: DeclareOptions): Promise<void> {
    const where = { operation: "declare", workspace: this.name, variable: name };
    checkMode(mode, where);
    const limits = hasAny(options) ? checkLimits(options, where) : undefined;
    await this.#onVariable("declare", name, (writer, request, variable) => {
      writeDeclare(writer, request, variable, mode, limits);
    });
  }

  /**
   * Adds a value. Resolves when the server has it: when the variable is full and blocks, that is when there is room. A value over 128 KiB is sent
   * from where it lies: do not change its bytes before that.
   */
  store<K extends NameOf<Vars>>(name: K, value: Vars[K], options?: StoreOptions): Promise<void> {
    const { tracing } = this.session;
    return tracing === undefined
      ? this.#store(name, value, options)
      : tracing.producing(this.#traced("store", name), 1, (metadata) =>
          this.#store(name, value, { ...options, metadata }),
        );
  }

  #store(name: string, value: unknown, options: SendOptions | undefined): Promise<void> {
    const variable = this.handle.ready.get(name);
    if (variable === undefined) {
      return this.session.later(this.handle, "store", name, options, (left) => this.#store(name, value, left));
    }
    return sendValue(this.session.exchange, Verb.store, "store", variable, 0, value, options);
  }

  /** Adds several values, one after the other: all of them or, when it fails, none. Waits for room for all. */
  storeAll<K extends NameOf<Vars>>(name: K, values: Iterable<Vars[K]>, options?: StoreOptions): Promise<void> {
    const { tracing } = this.session;
    if (tracing === undefined) {
      return this.#storeAll(name, values, options);
    }
    const list = [...values];
    return tracing.producing(this.#traced("storeAll", name), list.length, (metadata) =>
      this.#storeAll(name, list, { ...options, metadata }),
    );
  }

  #storeAll(name: string, values: Iterable<unknown>, options: SendOptions | undefined): Promise<void> {
    const variable = this.handle.ready.get(name);
    if (variable === undefined) {
      return this.session.later(this.handle, "storeAll", name, options, (left) => this.#storeAll(name, values, left));
    }
    const list = [...values];
    return list.length === 0
      ? Promise.resolve()
      : sendValues(this.session.exchange, "storeAll", variable, list, options);
  }

  /** Takes a value; waits for one. `fetch<number>(…)` says what an untyped workspace cannot know. */
  fetch<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options: LeaseOptions,
  ): Promise<Lease<ValueOf<Vars, K, T>, Vars>>;
  fetch<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options?: PlainOptions,
  ): Promise<ValueOf<Vars, K, T>>;
  fetch(name: string, options?: LeasableOptions): Promise<unknown> {
    if (options !== undefined || this.session.tracing !== undefined) {
      return isOnLease(options)
        ? this.#lease("fetch", name, undefined, options)
        : this.#wait("fetch", name, options ?? {});
    }
    const variable = this.handle.ready.get(name);
    if (variable === undefined) {
      return this.session.later(this.handle, "fetch", name, undefined, () => this.#one("fetch", name, undefined));
    }
    return readOne(this.session.exchange, "fetch", variable, undefined);
  }

  /** Takes a value if there is one; else resolves with `missing`. */
  fetchTry<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>, M = T>(
    name: K,
    missing: M,
    options: LeaseOptions,
  ): Promise<Lease<ValueOf<Vars, K, T>, Vars> | M>;
  fetchTry<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
  ): Promise<ValueOf<Vars, K, T> | undefined>;
  fetchTry<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>, M = T>(
    name: K,
    missing: M,
  ): Promise<ValueOf<Vars, K, T> | M>;
  fetchTry(name: string, missing?: unknown, options?: LeaseOptions): Promise<unknown> {
    return isOnLease(options) ? this.#lease("fetchTry", name, missing, options) : this.#one("fetchTry", name, missing);
  }

  /** Looks at a value, which stays; waits for one. */
  find<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options?: WaitOptions,
  ): Promise<ValueOf<Vars, K, T>>;
  find(name: string, options?: WaitOptions): Promise<unknown> {
    return options === undefined ? this.#one("find", name, undefined) : this.#wait("find", name, options);
  }

  /** Looks at a value, which stays, if there is one; else resolves with `missing`. */
  findTry<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
  ): Promise<ValueOf<Vars, K, T> | undefined>;
  findTry<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>, M = T>(
    name: K,
    missing: M,
  ): Promise<ValueOf<Vars, K, T> | M>;
  findTry(name: string, missing?: unknown): Promise<unknown> {
    return this.#one("findTry", name, missing);
  }

  /**
   * Takes up to `max` values in one request; waits for the first. (An answer ends behind a large value: ask again.) If one of
   * them cannot be read, all go back.
   */
  fetchMany<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options: ManyOptions & LeaseOptions,
  ): Promise<Lease<ValueOf<Vars, K, T>, Vars>[]>;
  fetchMany<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options?: ManyOptions & PlainOptions,
  ): Promise<ValueOf<Vars, K, T>[]>;
  fetchMany(name: string, options?: ManyOptions & LeasableOptions): Promise<unknown> {
    return this.#many("fetch", "fetchMany", name, options);
  }

  /** Takes up to `max` of the values that are there; the list is empty when there are none. */
  fetchTryMany<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options: ManyOptions & LeaseOptions,
  ): Promise<Lease<ValueOf<Vars, K, T>, Vars>[]>;
  fetchTryMany<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options?: ManyOptions & PlainOptions,
  ): Promise<ValueOf<Vars, K, T>[]>;
  fetchTryMany(name: string, options?: ManyOptions & LeasableOptions): Promise<unknown> {
    return this.#many("fetchTry", "fetchTryMany", name, options);
  }

  /** Looks at all values in order and waits for more. */
  ifind<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options?: IterationOptions,
  ): VariableIterator<ValueOf<Vars, K, T>> {
    return this.#iterate("ifind", name, options);
  }

  /** Looks at all values in order and ends after the last. */
  ifindTry<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options?: IterationOptions,
  ): VariableIterator<ValueOf<Vars, K, T>> {
    return this.#iterate("ifindTry", name, options);
  }

  /** Takes the values one after the other and waits for more. */
  ifetch<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options?: WaitOptions,
  ): VariableIterator<ValueOf<Vars, K, T>> {
    return this.#iterate("ifetch", name, options);
  }

  /** Takes the values one after the other and ends after the last. */
  ifetchTry<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    options?: WaitOptions,
  ): VariableIterator<ValueOf<Vars, K, T>> {
    return this.#iterate("ifetchTry", name, options);
  }

  /** A handle of one variable, with the same verbs without the name. With a mode it is declared first, with the limits that are given. */
  variable<T extends AnyOf<Vars> = never, K extends NameOf<Vars> = NameOf<Vars>>(
    name: K,
    mode?: Mode,
    options?: DeclareOptions,
  ): Variable<ValueOf<Vars, K, T>> {
    const where = { operation: "variable", workspace: this.name, variable: name };
    checkName("variable", name, where);
    if (mode !== undefined) {
      checkMode(mode, where);
      checkLimits(options ?? {}, where);
    } else if (options !== undefined) {
      throw new ArgumentError("bad_arguments", "variable: limits need a mode to be declared with", where);
    }
    return new Variable(this as unknown as WorkspaceBase, name, mode, options);
  }

  /**
   * From now on only this session, which must own the workspace, may store into the variable, declare or delete it; others may read it, and
   * know from whom they have what is there. They, and who does not own the workspace, get a PermissionError.
   */
  guard(name: NameOf<Vars>): Promise<void> {
    return this.#onVariable("guard", name, (writer, request, variable) => {
      writeNumbered(writer, request, Verb.guard, variable);
    });
  }

  /** Deletes a variable and its values; who waits for one gets a VariableDeletedError. */
  deleteVar(name: NameOf<Vars>): Promise<void> {
    return this.#onVariable("deleteVar", name, (writer, request, variable) => {
      writeNumbered(writer, request, Verb.deleteVar, variable);
    });
  }

  /** All variables, sorted by name. */
  async listVars(): Promise<VariableListing[]> {
    return readVariables(await this.#list("listVars"));
  }

  /** The listing as classic clients get it: a line for each variable, its fields separated by tabs. */
  async listVarsText(): Promise<string> {
    return classicFields(await this.#list("listVarsText"));
  }

  /**
   * Gives the workspace up. What was sent before is done first; what waits for a value rejects with a ClosedError, as does
   * every later operation. Where this workspace has a session of its own, that ends. Never rejects.
   */
  close(): Promise<void> {
    return this.session.leave(this.handle);
  }

  /** Calls `close`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Any read of this workspace. @internal */
  protected read(
    name: ReadingName,
    operation: string,
    variable: string,
    options: WaitOptions | undefined,
    how: ReadRequest,
  ): Promise<unknown> {
    const { tracing } = this.session;
    if (tracing !== undefined && how.onMetadata === undefined) {
      return tracing.consuming(this.#traced(operation, variable), (onMetadata) =>
        this.read(name, operation, variable, options, { ...how, onMetadata }),
      );
    }
    const numbered = this.handle.ready.get(variable);
    if (numbered === undefined) {
      return this.session.later(this.handle, operation, variable, options, (left) =>
        this.read(name, operation, variable, left, how),
      );
    }
    const { timeout, signal } = options ?? {};
    return read(this.session.exchange, name, operation, numbered, { ...how, timeout, signal });
  }

  #traced(name: string, variable: string): TracedOperation {
    return { name, workspace: this.name, variable };
  }

  #one(name: ReadingName, variable: string, missing: unknown): Promise<unknown> {
    if (this.session.tracing !== undefined) {
      return this.read(name, name, variable, undefined, { missing });
    }
    const numbered = this.handle.ready.get(variable);
    if (numbered === undefined) {
      return this.session.later(this.handle, name, variable, undefined, () => this.#one(name, variable, missing));
    }
    return readOne(this.session.exchange, name, numbered, missing);
  }

  #wait(name: ReadingName, variable: string, options: WaitOptions): Promise<unknown> {
    return this.read(name, name, variable, options, {});
  }

  async #lease(name: ReadingName, variable: string, missing: unknown, options: LeaseOptions): Promise<unknown> {
    const nothing = {};
    const where = { operation: name, workspace: this.name, variable };
    const leaseLimitMs = checkLeaseLimit("lease", options.lease, where);
    const leased = await this.read(name, name, variable, options, { isOnLease: true, leaseLimitMs, missing: nothing });
    return leased === nothing ? missing : this.#leaseOf(leased as Leased, leaseLimitMs);
  }

  async #many(
    name: ReadingName,
    operation: string,
    variable: string,
    options: (ManyOptions & LeasableOptions) | undefined,
  ): Promise<unknown> {
    const where = { operation, workspace: this.name, variable };
    const most = checkWhole("max", options?.max ?? DEFAULT_MOST, 1, MOST, where);
    if (!isOnLease(options)) {
      return this.read(name, operation, variable, options, { most });
    }
    const leaseLimitMs = checkLeaseLimit("lease", options.lease, where);
    const items = await this.read(name, operation, variable, options, { most, isOnLease: true, leaseLimitMs });
    return (items as Leased[]).map((leased) => this.#leaseOf(leased, leaseLimitMs));
  }

  #leaseOf(leased: Leased, limitMs: number): Lease<unknown, Vars> {
    return new Lease<unknown, Vars>(this.#holder, leased, limitMs);
  }

  #iterate<T>(name: ReadingName, variable: string, options: IterationOptions | undefined): VariableIterator<T> {
    const { batch = 1, after: start, timeout, signal } = options ?? {};
    const where = { operation: name, workspace: this.name, variable };
    checkName("variable", variable, where);
    checkWhole("batch", batch, 1, MOST, where);
    const most = batch > 1 && (name === "ifind" || name === "ifindTry") ? { most: batch } : {};
    return new VariableIterator<T>(
      (after, stop) =>
        this.read(name, name, variable, { timeout, signal: stop }, { isIteration: true, after, ...most }) as Promise<
          readonly Positioned[]
        >,
      signal,
      start,
    );
  }

  #list(operation: string): Promise<string> {
    const { handle, session } = this;
    return session.ask(operation, Verb.listVars, Expect.text, handle, (writer) => writer.u32(handle.number));
  }

  /** A request about a variable whose only other field is a text. */
  /** A request about a variable, whose frame `write` writes. */
  #onVariable(
    operation: string,
    name: string,
    write: (writer: ByteWriter, request: number, variable: number) => void,
  ): Promise<void> {
    const variable = this.handle.ready.get(name);
    if (variable === undefined) {
      return this.session.later(this.handle, operation, name, undefined, () =>
        this.#onVariable(operation, name, write),
      );
    }
    const { exchange } = this.session;
    const promise = exchange.begin(operation, Expect.done, this.handle, variable);
    write(exchange.connection.writer, exchange.last.request, variable.number);
    exchange.connection.wake();
    return promise;
  }

  readonly #holder: LeaseHolder = {
    ack: (lease) => this.session.endLease("ack", Verb.ack, lease, this.handle),
    limited: (lease, expiresAt) => this.session.exchange.leases.limit(lease, expiresAt),
    extend: (lease, limitMs) =>
      this.session.ask("extend", Verb.extend, Expect.done, this.handle, (writer) => {
        writer.u64(lease);
        writer.u32(limitMs);
      }),
    release: (lease) => this.session.endLease("release", Verb.release, lease, this.handle),
    complete: (lease, name, value, options) => {
      const { tracing } = this.session;
      return tracing === undefined
        ? this.#complete(lease, name, value, options)
        : tracing.producing(this.#traced("complete", name), 1, (metadata) =>
            this.#complete(lease, name, value, { ...options, metadata }),
          );
    },
  };

  #complete(lease: number, name: string, value: unknown, options: SendOptions | undefined): Promise<void> {
    const variable = this.handle.ready.get(name);
    if (variable === undefined) {
      return this.session.later(this.handle, "complete", name, options, (left) =>
        this.#complete(lease, name, value, left),
      );
    }
    return sendValue(this.session.exchange, Verb.complete, "complete", variable, lease, value, options);
  }
}

/** An older server does not know limits: where there are none it need not. */
function hasAny(options: DeclareOptions | undefined): options is DeclareOptions {
  return options !== undefined && Object.values(options).some((option) => option !== undefined);
}

function isOnLease<Options extends LeasableOptions>(options: Options | undefined): options is Options & LeaseOptions {
  return options?.lease !== undefined && options.lease !== false;
}
