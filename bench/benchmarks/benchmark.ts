import type { ValueKind } from "../contenders/contender.ts";
import type { BenchmarkResult } from "../harness/result.ts";
import type { Processes } from "../harness/processes.ts";

export interface RunOptions {
  /** Shorter rounds and smaller counts: to see that everything works, not to quote. */
  readonly quick: boolean;
  readonly rounds: number;
  readonly roundMs: number;
  /**
   * `auto`: benchmarks with one operation outstanding run on one processor, the rest on all, since a round trip between
   * sleeping processors measures how fast they wake; `all`: everything on one processor; `none`: nothing.
   */
  readonly pin: "auto" | "all" | "none";
  readonly values: ValueKind;
}

export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** The processes that it starts are stopped by the caller. */
  readonly run: (processes: Processes, options: RunOptions) => Promise<Omit<BenchmarkResult, "name" | "title">>;
}
