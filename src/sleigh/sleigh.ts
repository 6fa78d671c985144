import type { NetWorkSpace } from "../client/index.ts";
import type { Items, Lists, OneList, Results, Values } from "./call-types.ts";
import type { Backend, Status, Work, WorkerInfo } from "./backend.ts";
import { CallTracing } from "./call-tracing.ts";
import { Calls } from "./calls.ts";
import { checkNumber } from "./check-number.ts";
import { VERSION } from "./embedded-server.ts";
import { SleighArgumentError, SleighError, SleighStoppedError } from "./errors.ts";
import { holding } from "./holding.ts";
import { Imap } from "./imap.ts";
import { elementSource, functionSource } from "./inputs/element-source.ts";
import { rowSource } from "./inputs/row-source.ts";
import type { TaskSource } from "./inputs/task-source.ts";
import { InProcessBackend } from "./in-process/in-process-backend.ts";
import { isInsideWorker, type NodeEntry } from "./launchers/index.ts";
import { lateWorkspace } from "./late-workspace.ts";
import { Master } from "./master/master.ts";
import { RemoteBackend } from "./master/remote-backend.ts";
import { StreamSink } from "./master/stream-sink.ts";
import type { EachElemOptions, EachWorkerOptions, FeedOptions, SleighOptions } from "./options.ts";
import { printOutput } from "./output.ts";
import { openBrowser } from "./open-browser.ts";
import type { SleighPending } from "./pending.ts";
import { webAddressOf } from "./web-address.ts";

/** How long `stop` lets workers end by themselves. */
const STOP_GRACE_MS = 2000;
const IMAP_LOAD_FACTOR = 10;

/** Which workers get what is exported. */
export interface ExportOptions {
  /** Only the worker of this rank. Default: all, those that come later included. */
  readonly worker?: number;
}

/** Whom `status` waits for. */
export interface StatusOptions {
  /** Nobody may join any more, but for those who replace the dead: what waits for workers starts with those that are there. Default false. */
  readonly closeGroup?: boolean;
  /** Most milliseconds to wait until all workers are there. Default 0. */
  readonly timeout?: number;
}

/** What `view` does beside saying where to look. */
export interface ViewOptions {
  /** Whether a browser is opened. Default true; else it is only said where to look. */
  readonly open?: boolean;
}

/**
 * Workers, and work for them. The constructor starts them and does not wait; what is asked of them waits by itself.
 *
 *     const s = new Sleigh();                                     // three local workers and a server
 *     const cubes = await s.eachElem((x: number) => x ** 3, range(0, 100));
 *     await s.stop();
 */
export class Sleigh implements AsyncDisposable {
  readonly #options: SleighOptions;
  readonly #starting: Promise<Backend>;
  readonly #calls: Calls;
  #backend: Backend | undefined;
  #stopped: Promise<void> | undefined;

  /** What goes wrong rejects the calls: a LaunchError for options that can never work. */
  constructor(options: SleighOptions = {}) {
    this.#options = options;
    this.#starting = start(options);
    this.#starting.then(
      (backend) => (this.#backend = backend),
      () => undefined, // told to each call
    );
    this.#calls = new Calls(
      this.#starting,
      options.replay ?? true,
      options.tracing === undefined ? undefined : new CallTracing(options.tracing),
    );
  }

  /** Resolves when the server is there and the workers are being launched. Nobody needs to wait for this. */
  async started(): Promise<void> {
    await holding(this.#starting);
  }

  /** Workers that live or are to come. Before the start: how many were asked for. */
  get workerCount(): number {
    return this.#backend?.workerCount ?? this.#options.workerCount ?? this.#options.nodeList?.length ?? 3;
  }

  /** One more than the highest rank so far. */
  get rankCount(): number {
    return this.#backend?.rankCount ?? this.workerCount;
  }

  /** What the workers were started on, as it was given: `localhost` for each where nothing was said. */
  get nodeList(): readonly (string | NodeEntry)[] {
    return this.#options.nodeList ?? Array.from({ length: this.workerCount }, () => "localhost");
  }

  /** The sleigh's own workspace. Its variables are the sleigh's business. */
  get nws(): NetWorkSpace {
    return this.#backend?.nws ?? lateWorkspace(this.#starting.then(({ nws }) => nws));
  }

  /** A workspace for the user, which workers know as `SleighUserNws`. */
  get userNws(): NetWorkSpace {
    return this.#backend?.userNws ?? lateWorkspace(this.#starting.then(({ userNws }) => userNws));
  }

  /**
   * Runs `work` once on each worker. Resolves with the results, by rank. It waits until all workers have joined (see `status`).
   * A worker that comes later, or again, runs it before anything else (unless `replay: false`). A text instead of a function is an
   * expression, with the arguments in `SleighArguments`.
   */
  eachWorker<A extends unknown[], R>(work: (...args: A) => R, ...args: A): SleighPending<Awaited<R>[], Awaited<R>>;
  eachWorker<T = unknown>(expression: string, ...args: unknown[]): SleighPending<T[], T>;
  eachWorker(work: Work, ...args: unknown[]): SleighPending<unknown> {
    return this.#calls.eachWorker(work, args, {});
  }

  /** `eachWorker` with options. */
  eachWorkerWith<A extends unknown[], R, const O extends EachWorkerOptions>(
    options: O,
    work: (...args: A) => R,
    ...args: A
  ): SleighPending<Results<R, O>, Items<R, O>>;
  eachWorkerWith<T = unknown>(
    options: EachWorkerOptions,
    expression: string,
    ...args: unknown[]
  ): SleighPending<T[], T>;
  eachWorkerWith(options: EachWorkerOptions, work: Work, ...args: unknown[]): SleighPending<unknown> {
    return this.#calls.eachWorker(work, args, options);
  }

  /**
   * Runs `work` once for each element and resolves with the results, in the order of the elements. `elements` is several lists, one for each
   * argument, if it is an array of nothing but iterables (strings do not count); else one list. There are as many tasks as the
   * shortest list is long. `fixed` follows the elements in each call: `eachElem(f, [[1, 2], [11, 12]], [99])` calls f(1, 11, 99) and
   * f(2, 12, 99). Rejects with a SleighTaskError, SleighCancelledError, SleighStoppedError, or what the input throws.
   */
  eachElem<E extends readonly unknown[], R, const O extends EachElemOptions<Awaited<R>>>(
    work: (...args: [...E]) => R,
    elements: readonly [...Lists<E>],
    fixed?: readonly [],
    options?: O & Unpermuted,
  ): SleighPending<Results<R, O>, Items<R, O>>;
  eachElem<E extends readonly unknown[], F extends readonly unknown[], R, const O extends EachElemOptions<Awaited<R>>>(
    work: (...args: [...E, ...F]) => R,
    elements: readonly [...Lists<E>],
    fixed: readonly [...F],
    options?: O & Unpermuted,
  ): SleighPending<Results<R, O>, Items<R, O>>;
  eachElem<T, R, const O extends EachElemOptions<Awaited<R>>>(
    work: (element: T) => R,
    elements: OneList<T>,
    fixed?: readonly [],
    options?: O & Unpermuted,
  ): SleighPending<Results<R, O>, Items<R, O>>;
  eachElem<T, F extends readonly unknown[], R, const O extends EachElemOptions<Awaited<R>>>(
    work: (element: T, ...fixed: F) => R,
    elements: OneList<T>,
    fixed: readonly [...F],
    options?: O & Unpermuted,
  ): SleighPending<Results<R, O>, Items<R, O>>;
  /** With options that decide what the arguments are: `argPermute`, `elementFunc`, `by`. */
  eachElem<R, const O extends EachElemOptions<Awaited<R>>>(
    work: (...args: never[]) => R,
    elements: object | string | undefined,
    fixed: readonly unknown[] | undefined,
    options: O,
  ): SleighPending<Results<R, O>, Items<R, O>>;
  eachElem<T = unknown, const O extends EachElemOptions<T> = object>(
    expression: string,
    elements: object | string | undefined,
    fixed?: readonly unknown[],
    options?: O,
  ): SleighPending<Results<T, O>, Items<T, O>>;
  eachElem(
    work: Work,
    elements: unknown,
    fixed: readonly unknown[] = [],
    options: EachElemOptions = {},
  ): SleighPending<unknown> {
    const { elementFunc } = options;
    if (elementFunc !== undefined && elements !== undefined && elements !== null) {
      throw new SleighArgumentError("with elementFunc there are no lists of elements: pass undefined for them");
    }
    const source = elementFunc === undefined ? elementSource(elements, options) : functionSource(elementFunc);
    return this.#calls.eachElem(work, source, fixed, options);
  }

  /** Results one after the other, in order; the input may be infinite. One argument from each of the iterables. */
  imap<E extends readonly unknown[], R>(work: (...args: [...E]) => R, ...iterables: Lists<E>): Imap<Awaited<R>>;
  imap<T = unknown>(expression: string, ...iterables: Values<unknown>[]): Imap<T>;
  imap(work: Work, ...iterables: Values<unknown>[]): Imap<unknown> {
    return this.imapWith({}, work as never, ...iterables);
  }

  /** `imap` with options. */
  imapWith<E extends readonly unknown[], R, const O extends FeedOptions>(
    options: O,
    work: (...args: [...E]) => R,
    ...iterables: Lists<E>
  ): Imap<Items<R, O>>;
  imapWith<T = unknown>(options: FeedOptions, expression: string, ...iterables: Values<unknown>[]): Imap<T>;
  imapWith(options: FeedOptions, work: Work, ...iterables: Values<unknown>[]): Imap<unknown> {
    if (iterables.length === 0) {
      throw new SleighArgumentError("imap: at least one iterable is needed");
    }
    return this.#imap(work, elementSource(iterables, {}), options);
  }

  /** Like `imap`, for an iterable of whole lists of arguments. */
  starmap<A extends readonly unknown[], R, const O extends FeedOptions>(
    work: (...args: [...A]) => R,
    argumentLists: Values<readonly [...A]>,
    options?: O,
  ): Imap<Items<R, O>>;
  starmap<T = unknown>(expression: string, argumentLists: Values<readonly unknown[]>, options?: FeedOptions): Imap<T>;
  starmap(work: Work, argumentLists: Values<readonly unknown[]>, options: FeedOptions = {}): Imap<unknown> {
    return this.#imap(work, rowSource(argumentLists), options);
  }

  /** Sets a global on the workers: what runs there sees it under its name. It is sent once, not with every task. */
  async export(name: string, value: unknown, options: ExportOptions = {}): Promise<void> {
    checkGlobalName("export", name);
    checkRank(options.worker);
    (await this.#running()).export(name, value, options.worker);
  }

  /** Removes a global that `export` has set. */
  async unexport(name: string, options: ExportOptions = {}): Promise<void> {
    checkGlobalName("unexport", name);
    checkRank(options.worker);
    (await this.#running()).unexport(name, options.worker);
  }

  /** How many workers have joined. Waits, if asked to, until all have. */
  async status({ closeGroup = false, timeout = 0 }: StatusOptions = {}): Promise<Status> {
    const backend = await this.#running();
    return holding(backend.status({ closeGroup, timeoutMs: timeout }));
  }

  /** Who the workers are, by rank. Waits until all have joined (see `status`). */
  async workerInfo(): Promise<WorkerInfo[]> {
    const backend = await this.#running();
    return holding(backend.workerInfo());
  }

  /**
   * Opens the web interface in the user's browser, at the sleigh's workspace, and resolves with the address. Rejects with a SleighError
   * (`not_available`) where the server has no web interface (as the sleigh's own has none), or there is no browser.
   */
  async view({ open = true }: ViewOptions = {}): Promise<string> {
    const { nws } = await this.#running();
    const url = await holding(webAddressOf(nws));
    if (open) {
      await openBrowser(url).catch((cause: unknown) => {
        throw new SleighError("not_available", `view: no browser could be started; open ${url} yourself`, { cause });
      });
    }
    return url;
  }

  /**
   * Ends the workers (those that are busy are made to, 2 s later), the workspaces, and a server of the sleigh's own. Calls that are under
   * way reject with a SleighStoppedError. The second call waits for the first.
   */
  stop(): Promise<void> {
    return (this.#stopped ??= holding(this.#stop()));
  }

  /** Calls `stop`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    this.#calls.stop();
    const backend = await this.#starting.catch(() => undefined);
    await backend?.stop(STOP_GRACE_MS);
  }

  async #running(): Promise<Backend> {
    const backend = await holding(this.#starting);
    if (this.#stopped !== undefined) {
      throw new SleighStoppedError("the sleigh was stopped");
    }
    return backend;
  }

  #imap(work: Work, source: TaskSource, options: FeedOptions): Imap<unknown> {
    const { loadFactor = IMAP_LOAD_FACTOR, onError = "throw" } = options;
    const sink = new StreamSink(() => loadFactor * Math.max(1, this.workerCount));
    // An error is thrown when its turn comes, not when it happens.
    const onTurn = onError === "throw" ? ("return" as const) : onError;
    const job = this.#calls.elements("imap", work, source, [], { ...options, loadFactor, onError: onTurn }, () => sink);
    return new Imap(job, sink, onError === "throw");
  }
}

async function start(options: SleighOptions): Promise<Backend> {
  const { nested = false, onOutput = printOutput } = options;
  checkNumber("maxAttempts", options.maxAttempts ?? 1, 1, true);
  checkNumber("maxRestarts", options.maxRestarts ?? 0, 0, true);
  checkNumber("heartbeatInterval", options.heartbeatInterval ?? 1, 1, false);
  checkNumber("heartbeatTimeout", options.heartbeatTimeout ?? 1, 1, false);
  if (isInsideWorker() && !nested) {
    return new InProcessBackend(VERSION, options.onOutput);
  }
  const warn = options.onWarning ?? ((text) => process.emitWarning(text, "SleighWarning"));
  return new RemoteBackend(await Master.start(options, warn, onOutput), nested);
}

function checkRank(worker: unknown): void {
  if (worker !== undefined && !(Number.isSafeInteger(worker) && (worker as number) >= 0)) {
    throw new SleighArgumentError(`worker is the rank of a worker, not ${JSON.stringify(worker)}`);
  }
}

/** Options of an `eachElem` whose arguments are the elements and then the fixed ones. */
interface Unpermuted {
  readonly argPermute?: undefined;
  readonly elementFunc?: undefined;
  readonly by?: undefined;
}

function checkGlobalName(operation: string, name: unknown): void {
  if (typeof name !== "string" || !/^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name)) {
    throw new SleighArgumentError(`${operation}: ${JSON.stringify(name)} is no name of a variable`);
  }
}
