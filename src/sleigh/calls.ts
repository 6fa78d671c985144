import type { Backend, Work } from "./backend.ts";
import type { CallTracing } from "./call-tracing.ts";
import { checkNumber } from "./check-number.ts";
import { SleighArgumentError, SleighStoppedError } from "./errors.ts";
import { holding } from "./holding.ts";
import type { TaskSource } from "./inputs/task-source.ts";
import { AccumulatorSink } from "./master/accumulator.ts";
import { CallJob } from "./master/call-job.ts";
import { Chunker, type TaskCost } from "./master/chunker.ts";
import { ElementJob, type ElementJobOptions } from "./master/element-job.ts";
import type { Job, JobOptions } from "./master/job.ts";
import { ListSink, type Sink } from "./master/sink.ts";
import type { CallOptions, EachElemOptions, EachWorkerOptions, FeedOptions } from "./options.ts";
import { SleighPending } from "./pending.ts";
import { progressListener } from "./progress.ts";

const MAX_QUEUED_BYTES = 64 * 1_048_576;

/** Makes calls into jobs, and knows those that are under way. */
export class Calls {
  readonly #backend: Promise<Backend>;
  readonly #replay: boolean;
  readonly #tracing: CallTracing | undefined;
  readonly #underWay = new Set<Job>();
  /** What a task took in the last call of a function. */
  readonly #costs = new WeakMap<object, TaskCost>();
  #lastNumber = 0;
  #isStopped = false;

  /** `replay`: whether workers that come later run `eachWorker` calls, unless the call says it. */
  constructor(backend: Promise<Backend>, replay: boolean, tracing?: CallTracing) {
    this.#backend = backend;
    this.#replay = replay;
    this.#tracing = tracing;
  }

  eachWorker(work: Work, args: readonly unknown[], options: EachWorkerOptions): SleighPending<unknown> {
    checkWork(work, options);
    const job = new CallJob(this.#jobOptions(options, new ListSink()));
    const trace = this.#tracing?.begin("eachWorker", job.promise);
    this.#begin(job, options.signal, (backend) =>
      backend.call(job, { work, fixed: args, options, trace }, options.replay ?? this.#replay),
    );
    return new SleighPending(job, () => this.eachWorker(work, args, options));
  }

  eachElem(
    work: Work,
    source: TaskSource,
    fixed: readonly unknown[],
    options: EachElemOptions,
    sink?: Sink,
  ): SleighPending<unknown> {
    const job = this.elements(
      "eachElem",
      work,
      source,
      fixed,
      options,
      (fail) =>
        sink ?? (options.accumulator === undefined ? new ListSink() : new AccumulatorSink(options.accumulator, fail)),
    );
    return new SleighPending(job, () => {
      if (!job.isOver) {
        throw new SleighArgumentError("retryFailed: the call is still under way");
      }
      return this.eachElem(work, job.unfinished(), fixed, options, job.sink.again());
    });
  }

  /** A call whose results go wherever `sinkFor` says. */
  elements(
    name: string,
    work: Work,
    source: TaskSource,
    fixed: readonly unknown[],
    options: FeedOptions,
    sinkFor: (fail: (error: unknown) => void) => Sink,
  ): ElementJob {
    checkWork(work, options);
    const { chunkSize = "auto", loadFactor, maxQueuedBytes = MAX_QUEUED_BYTES } = options;
    if (chunkSize !== "auto") {
      checkNumber("chunkSize", chunkSize, 1, true);
    }
    checkNumber("loadFactor", loadFactor ?? 1, Number.MIN_VALUE, false);
    checkNumber("maxQueuedBytes", maxQueuedBytes, 1, false);
    const chunker = new Chunker(chunkSize, typeof work === "function" ? this.#costs.get(work) : undefined);
    const jobOptions: ElementJobOptions = {
      ...this.#jobOptions(
        options,
        sinkFor((error) => job.fail(error)),
      ),
      source,
      chunker,
      loadFactor,
      maxQueuedBytes,
    };
    const job = new ElementJob(jobOptions);
    const trace = this.#tracing?.begin(name, job.promise);
    this.#begin(job, options.signal, (backend) => backend.feed(job, { work, fixed, options, trace }));
    if (typeof work === "function") {
      const remember = (): void => {
        const { cost } = chunker;
        if (cost !== undefined) {
          this.#costs.set(work, cost);
        }
      };
      job.promise.then(remember, remember);
    }
    return job;
  }

  /** Fails all that is under way. */
  stop(): void {
    this.#isStopped = true;
    for (const job of this.#underWay) {
      job.fail(new SleighStoppedError("the sleigh was stopped before this call was done"));
    }
  }

  #begin(job: Job, signal: AbortSignal | undefined, start: (backend: Backend) => Promise<void>): void {
    this.#underWay.add(job);
    void this.#run(job, start);
    void this.#hold(job);
    if (this.#isStopped) {
      job.fail(new SleighStoppedError("the sleigh was stopped"));
    } else if (signal?.aborted === true) {
      job.cancel(signal.reason);
    }
  }

  async #run(job: Job, start: (backend: Backend) => Promise<void>): Promise<void> {
    try {
      const backend = await this.#backend;
      if (!job.isOver) {
        await start(backend);
      }
    } catch (error) {
      job.fail(error);
    }
  }

  /** The program does not end while a call is under way. */
  async #hold(job: Job): Promise<void> {
    await holding(job.promise).catch(() => undefined);
    this.#underWay.delete(job);
  }

  #jobOptions(options: CallOptions, sink: Sink): JobOptions {
    const { onError = "throw", retries = 0, retryDelay = 0, signal, timeout, grace, progress } = options;
    if (typeof onError !== "function" && !["throw", "return", "skip"].includes(onError)) {
      throw new SleighArgumentError(
        `onError is "throw", "return", "skip" or a function, not ${JSON.stringify(onError)}`,
      );
    }
    checkNumber("retries", retries, 0, false);
    checkNumber("retryDelay", retryDelay, 0, false);
    checkNumber("timeout", timeout ?? 1, Number.MIN_VALUE, false);
    checkNumber("grace", grace ?? 1, 0, false);
    return {
      number: (this.#lastNumber += 1),
      sink,
      onError,
      retries,
      retryDelayMs: retryDelay,
      signal,
      onProgress: progressListener(progress),
    };
  }
}

function checkWork(work: unknown, { type }: CallOptions): void {
  if (
    typeof work === "string" ? type !== undefined && type !== "eval" : typeof work !== "function" || type === "eval"
  ) {
    throw new SleighArgumentError(
      `the work is a function (type "invoke" or "define") or a text (type "eval"), not ${typeof work}${type === undefined ? "" : ` of type "${type}"`}`,
    );
  }
}
