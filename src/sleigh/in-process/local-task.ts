import { AsyncLocalStorage } from "node:async_hooks";
import type { SleighContext } from "../worker/context.ts";
import { globalProperty } from "../worker/job.ts";
import { randomStream, type Seed } from "../worker/random.ts";

/** Of what a task printed, this many characters go with its error. */
const TAIL_CHARS = 4096;

export type Printed = (stream: "stdout" | "stderr", text: string) => void;

export interface LocalTaskOptions {
  readonly number: number;
  readonly seed: Seed | undefined;
  readonly timeoutMs: number | undefined;
  /** Gets what it prints. Default: that goes where the program's own output goes. */
  readonly onOutput: Printed | undefined;
}

/** The tasks that run here now, each as whatever it calls and awaits knows it. */
const running = new AsyncLocalStorage<LocalTask>();
let isInstalled = false;

/** A task that runs in this very thread, and what it sees as `SleighContext`. */
export class LocalTask implements SleighContext {
  readonly rank = 0;
  readonly workerCount = 1;
  readonly #options: LocalTaskOptions;
  readonly #outer: SleighContext | undefined;
  readonly #beganAt = performance.now();
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #stream: (() => number) | undefined;
  #tail = "";
  #hasTimedOut = false;

  constructor(options: LocalTaskOptions) {
    install();
    this.#options = options;
    this.#outer = currentContext();
    const { timeoutMs } = options;
    this.#timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#timeOut(), timeoutMs);
    // A task that never waits lets no timer run, but it can look.
    const { signal } = this.#controller;
    Object.defineProperty(signal, "aborted", {
      configurable: true,
      get: () => {
        this.#checkTime();
        this.#checkOuter();
        return this.isAborted;
      },
    });
    Object.defineProperty(signal, "throwIfAborted", {
      configurable: true,
      value: () => {
        if (signal.aborted) {
          throw signal.reason;
        }
      },
    });
    this.#outer?.signal.addEventListener("abort", this.#checkOuter);
  }

  get sleighName(): string {
    return this.#outer?.sleighName ?? "";
  }

  get taskNumber(): number {
    return this.#options.number;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it has run longer than it may. */
  get isLate(): boolean {
    const { timeoutMs } = this.#options;
    return this.#hasTimedOut || (timeoutMs !== undefined && this.elapsedMs >= timeoutMs);
  }

  get elapsedMs(): number {
    return performance.now() - this.#beganAt;
  }

  /** The last of what it printed. */
  get output(): string {
    return this.#tail;
  }

  random(): number {
    const { seed, number } = this.#options;
    this.#stream ??= seed === undefined ? Math.random : randomStream(seed, number);
    return this.#stream();
  }

  log(...values: readonly unknown[]): void {
    // eslint-disable-next-line no-console -- that is what it is for: the output of tasks is captured
    console.error(`${new Date().toISOString()} [${this.rank}] task ${this.taskNumber}:`, ...values);
  }

  run(work: () => unknown): unknown {
    return running.run(this, work);
  }

  cancel(): void {
    this.#abort(new DOMException("the task was cancelled", "AbortError"));
  }

  /** It is over: nothing refers to it any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.signal.removeEventListener("abort", this.#checkOuter);
  }

  /** Whether its signal is aborted. (Without our own getter, which would come back here.) */
  get isAborted(): boolean {
    return Reflect.get(AbortSignal.prototype, "aborted", this.signal);
  }

  /** Returns false when what was printed is to go on to where it was going. */
  printed(stream: "stdout" | "stderr", text: string): boolean {
    const { onOutput } = this.#options;
    this.#tail = (this.#tail + text).slice(-TAIL_CHARS);
    if (onOutput !== undefined) {
      running.exit(() => onOutput(stream, text));
    }
    return onOutput !== undefined;
  }

  readonly #checkOuter = (): void => {
    if (this.#outer?.signal.aborted === true) {
      this.#abort(this.#outer.signal.reason);
    }
  };

  #checkTime(): void {
    if (this.isLate) {
      this.#timeOut();
    }
  }

  #timeOut(): void {
    this.#hasTimedOut = true;
    this.#abort(new DOMException("the task has run longer than its timeout", "TimeoutError"));
  }

  #abort(reason: unknown): void {
    if (!this.isAborted) {
      this.#controller.abort(reason);
    }
  }
}

/** Undefined where no worker has set it. */
function currentContext(): SleighContext | undefined {
  return globalThis.SleighContext;
}

/** From now on `SleighContext`, and what is printed, belong to the task that runs, if one does. */
function install(): void {
  if (isInstalled) {
    return;
  }
  isInstalled = true;
  const outer = Object.getOwnPropertyDescriptor(globalThis, "SleighContext") ?? globalProperty(undefined);
  Object.defineProperty(globalThis, "SleighContext", {
    configurable: true,
    enumerable: true,
    get: () => running.getStore() ?? (outer.value as unknown),
  });
  for (const name of ["stdout", "stderr"] as const) {
    const stream = process[name];
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (...args: unknown[]): boolean => {
      const [chunk, encoding] = args;
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString("utf8");
      if (running.getStore()?.printed(name, text) !== true) {
        return write(...args);
      }
      const done = typeof encoding === "function" ? encoding : args[2];
      if (typeof done === "function") {
        process.nextTick(done, null);
      }
      return true;
    };
  }
}
