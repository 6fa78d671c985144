import { Random } from "../../log/simulation.ts";
import { Corpus } from "./corpus.ts";
import { Coverage } from "./coverage.ts";
import { Mutator } from "./mutator.ts";
import type { Attempt, Target } from "./target.ts";

/** Every so many inputs a target looks whether all is as it was. */
const CHECK_EVERY = 2000;
const MAX_MS = 1000;
/** So few are all kept: they may differ in what the instrumented code does not show. */
const MOST_KEPT_SEEDS = 50;

export interface FuzzOptions {
  /** Where chance begins. */
  readonly seed: number;
  /** Ends after so many inputs. Default: none. */
  readonly runs?: number;
  /** Asked after each input whether there should be another one. */
  readonly goesOn?: (() => boolean) | undefined;
  /** Blocks that are counted (see `bundle.ts`). Default: none; then the corpus is what the target begins with. */
  readonly blockCount?: number;
  /** Keeps the corpus. Default: nowhere. */
  readonly folder?: string;
  /** Told before each input: it may be the last that this process sees. */
  readonly trying?: (input: Uint8Array) => void;
  readonly failed: (input: Uint8Array, error: unknown) => void | Promise<void>;
}

/** Feeds a target with inputs, and keeps those that reach new code to make others of. */
export class Fuzz {
  /** Inputs so far, those included that earlier runs left. */
  inputs = 0;
  readonly corpus: Corpus;
  readonly coverage: Coverage;
  readonly #target: Target;
  readonly #options: FuzzOptions;
  readonly #random: Random;
  readonly #mutator: Mutator;
  readonly #isGuided: boolean;
  #attempt: Attempt | undefined;
  #sinceCheck = 0;

  constructor(target: Target, options: FuzzOptions) {
    this.#target = target;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#mutator = new Mutator(target, this.#random);
    this.corpus = new Corpus(options.folder);
    this.coverage = new Coverage(options.blockCount ?? 0);
    this.#isGuided = (options.blockCount ?? 0) > 0;
  }

  async run(): Promise<void> {
    const { runs = Infinity, goesOn } = this.#options;
    const isEnough = (): boolean => this.inputs >= runs || goesOn?.() === false;
    await this.#begin();
    while (!isEnough()) {
      const input = this.#mutator.mutate(this.corpus.pick(this.#random), this.corpus.pick(this.#random));
      // (A promise for each input would cost more than most of them.)
      const trying = this.#try(input);
      const isGood = typeof trying === "boolean" ? trying : await trying;
      if (isGood && this.#isGuided && this.coverage.note()) {
        this.corpus.add(input.slice());
      }
      if (++this.#sinceCheck >= CHECK_EVERY) {
        await this.#check(input);
      }
    }
    await this.#check(new Uint8Array(0));
    await this.#attempt?.stop?.();
  }

  async #begin(): Promise<void> {
    const seeds = await this.#target.seeds();
    this.#attempt = await this.#target.start();
    const kept = this.corpus.kept();
    // Short ones first: what is tried later is made of those that were the first to reach something.
    for (const input of [...seeds, ...kept].sort((a, b) => a.length - b.length)) {
      const isGood = await this.#try(input);
      const isNew = !this.#isGuided || this.coverage.note();
      const isWanted = isNew || (seeds.length <= MOST_KEPT_SEEDS && seeds.includes(input));
      if (isGood && isWanted) {
        this.corpus.add(input);
      } else {
        this.corpus.forget(input);
      }
    }
    if (this.corpus.count === 0) {
      this.corpus.add(seeds[0] ?? Uint8Array.of(0));
    }
  }

  /** Returns whether nothing was wrong. */
  #try(input: Uint8Array): boolean | Promise<boolean> {
    const { trying } = this.#options;
    this.inputs++;
    this.coverage.clear();
    trying?.(input);
    const startedAt = performance.now();
    try {
      const attempting = this.#attempt!.attempt(input);
      return attempting === undefined
        ? this.#timely(input, startedAt)
        : attempting.then(
            () => this.#timely(input, startedAt),
            (error: unknown) => this.#failed(input, error),
          );
    } catch (error) {
      return this.#failed(input, error);
    }
  }

  #timely(input: Uint8Array, startedAt: number): boolean | Promise<boolean> {
    const { maxMs = MAX_MS } = this.#target;
    return performance.now() - startedAt <= maxMs || this.#isSlow(input, maxMs);
  }

  /** Others may have kept this process from working: so it is tried once more, and what it works is counted. */
  async #isSlow(input: Uint8Array, maxMs: number): Promise<boolean> {
    const before = process.cpuUsage();
    try {
      await this.#attempt!.attempt(input);
    } catch (error) {
      return this.#failed(input, error);
    }
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    return ms <= maxMs || this.#failed(input, new Error(`it took ${Math.round(ms)} ms, more than ${maxMs}`));
  }

  async #failed(input: Uint8Array, error: unknown): Promise<boolean> {
    await this.#startAnew();
    await this.#options.failed(input.slice(), (await this.#onceMore(input)) ?? error);
    return false;
  }

  /** What fails again tells where; what does not, depends on what was before it. */
  async #onceMore(input: Uint8Array): Promise<unknown> {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 50;
    try {
      await this.#attempt!.attempt(input);
      return undefined;
    } catch (error) {
      await this.#startAnew();
      return error;
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  async #startAnew(): Promise<void> {
    const broken = this.#attempt;
    this.#attempt = await this.#target.start();
    await Promise.resolve(broken?.stop?.()).catch(() => undefined);
  }

  async #check(last: Uint8Array): Promise<void> {
    this.#sinceCheck = 0;
    try {
      await this.#attempt!.check?.();
    } catch (error) {
      await this.#failed(last, new Error(`after the last ${CHECK_EVERY} inputs: ${String(error)}`, { cause: error }));
    }
  }
}
