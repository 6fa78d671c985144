import { processorTimes } from "./machine.ts";
import { median } from "./statistics.ts";

/**
 * Interleaved rounds: in each round every entrant runs once, and the order rotates, so that what the machine does
 * meanwhile hits all of them alike. Ratios are taken inside a round, then their median.
 */

/** What one entrant did in one round. Processor times are those of the measured window alone. */
export interface Sample {
  readonly operations: number;
  readonly ms: number;
  readonly clientMicros: number;
  readonly serverMicros: number;
  /** Of these, those of the thread that serves, where that is measured: without what the garbage collector's threads took. */
  readonly servingMicros?: number;
  /** Of further processes that belong to the measurement. */
  readonly besideMicros?: number;
}

export interface Round<Name extends string> {
  readonly samples: Readonly<Record<Name, Sample>>;
  /** The part of the machine's processor time that the hypervisor kept back, 0 to 1. */
  readonly steal: number;
  /** The part that other processes than the measured ones used, 0 to 1. */
  readonly others: number;
}

export type Entrants<Name extends string> = Readonly<Record<Name, () => Promise<Sample>>>;

/** More than this and a round is run again. */
const mostSteal = 0.05;
const mostOthers = 0.25;

/**
 * Runs rounds until `count` of them were calm, at most twice as many; returns the `count` calmest. The first run of every
 * entrant warms it up and is thrown away.
 */
export async function interleavedRounds<Name extends string>(
  entrants: Entrants<Name>,
  count: number,
): Promise<readonly Round<Name>[]> {
  const names = Object.keys(entrants) as Name[];
  for (const name of names) {
    await entrants[name]();
  }
  const rounds: Round<Name>[] = [];
  while (rounds.filter(isCalm).length < count && rounds.length < 2 * count) {
    const first = rounds.length % names.length;
    rounds.push(await oneRound(entrants, [...names.slice(first), ...names.slice(0, first)]));
  }
  return rounds.toSorted((a, b) => unrest(a) - unrest(b)).slice(0, count);
}

async function oneRound<Name extends string>(entrants: Entrants<Name>, order: readonly Name[]): Promise<Round<Name>> {
  const samples: Partial<Record<Name, Sample>> = {};
  const before = processorTimes();
  let ownMicros = 0;
  for (const name of order) {
    const sample = await entrants[name]();
    samples[name] = sample;
    ownMicros += sample.clientMicros + sample.serverMicros + (sample.besideMicros ?? 0);
  }
  const after = processorTimes();
  // Jiffies are hundredths of a second on every Linux that Node runs on.
  const total = Math.max(1, after.total - before.total);
  const busy = total - (after.idle - before.idle) - (after.steal - before.steal);
  return {
    samples: samples as Record<Name, Sample>,
    steal: (after.steal - before.steal) / total,
    others: Math.max(0, busy - ownMicros / 10_000) / total,
  };
}

function unrest(round: Round<string>): number {
  return Math.max(round.steal / mostSteal, round.others / mostOthers);
}

export function isCalm(round: Round<string>): boolean {
  return unrest(round) <= 1;
}

export function rate(sample: Sample): number {
  return (sample.operations * 1000) / sample.ms;
}

/** How many times as fast `name` was as `other`: the median over the rounds of the ratio inside each. */
export function ratio<Name extends string>(rounds: readonly Round<Name>[], name: Name, other: Name): number {
  return median(rounds.map(({ samples }) => rate(samples[name]) / rate(samples[other])));
}
