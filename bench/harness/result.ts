import { isCalm, rate, type Round } from "./rounds.ts";
import { median, percentile } from "./statistics.ts";

/** What a benchmark hands to the table and to the JSON file. */
export interface BenchmarkResult {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly checks: readonly Check[];
  /** Sentences that belong beside the figures: what was pinned, what was skipped, how calm it was. */
  readonly notes: readonly string[];
}

export interface Figure {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** The quarter and three-quarter points, where there were rounds. */
  readonly spread?: readonly [number, number];
  /** Processor µs per operation. */
  readonly clientMicros?: number;
  readonly serverMicros?: number;
}

/** A figure that has a target. */
export interface Check {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
}

export function passes({ value, target }: Check): boolean {
  return "atLeast" in target ? value >= target.atLeast : value <= target.atMost;
}

/** The rate of one entrant over all rounds, with its processor time per operation. */
export function rateFigure<Name extends string>(rounds: readonly Round<Name>[], name: Name, unit = "ops/s"): Figure {
  const samples = rounds.map((round) => round.samples[name]);
  const rates = samples.map(rate);
  return {
    label: name,
    value: median(rates),
    unit,
    spread: [percentile(rates, 0.25), percentile(rates, 0.75)],
    clientMicros: median(samples.map(({ clientMicros, operations }) => clientMicros / operations)),
    serverMicros: median(samples.map(({ serverMicros, operations }) => serverMicros / operations)),
  };
}

/** How calm the machine was. */
export function calmNote(rounds: readonly Round<string>[]): string {
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  const noisy = rounds.filter((round) => !isCalm(round)).length;
  return (
    `${rounds.length} rounds, median steal ${percent(median(rounds.map(({ steal }) => steal)))}, ` +
    `other processes ${percent(median(rounds.map(({ others }) => others)))}` +
    (noisy > 0 ? `; ${noisy} NOISY rounds had to be kept` : "")
  );
}
