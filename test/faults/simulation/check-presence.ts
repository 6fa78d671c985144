import { describe, nameOf, type Operation, type Violation } from "./history.ts";
import { type Interval, timesOf, type VariableHistory } from "./variable-history.ts";

/** Nobody is told that there is nothing, or waits for ever, while at each moment something is there. */
export function* checkPresence(variable: VariableHistory): Generator<Violation> {
  for (const read of variable.operations) {
    const within = emptyTimes(read);
    if (within === undefined) {
      continue;
    }
    const there = presences(variable, read, within);
    if (covers(there, within)) {
      const names = there.map(({ value }) => nameOf(value)).join(" ");
      yield `nothing came though ${names} was there: ${describe(read)}`;
    }
  }
}

/** Somewhere in this time the variable was empty, as `read` says; undefined: it does not say so. */
function emptyTimes(read: Operation): Interval | undefined {
  const { kind, outcome, restedFrom, restedTo } = read;
  if (kind !== "fetch" && kind !== "find" && kind !== "walk") {
    return undefined;
  }
  if (outcome === "nothing") {
    return timesOf(read);
  }
  return restedTo < Infinity ? { from: restedFrom, to: restedTo } : undefined;
}

function presences(variable: VariableHistory, read: Operation, within: Interval): (Interval & { value: string })[] {
  const last = read.after === undefined ? undefined : variable.values.get(read.after);
  if (last !== undefined && variable.mode !== "fifo") {
    return []; // An iterator has seen what is there, or it may have been replaced.
  }
  return [...variable.values.values()]
    .filter((stored) => last === undefined || variable.isBefore(last, stored))
    .flatMap((stored) =>
      [...variable.presence(stored, read, within)].map((interval) => ({ ...interval, value: stored.value })),
    );
}

/** Whether these times leave no moment of `within` out. */
function covers(times: readonly Interval[], within: Interval): boolean {
  let reached = within.from;
  for (const { from, to } of [...times].sort((a, b) => a.from - b.from)) {
    if (from > reached) {
      return false;
    }
    reached = Math.max(reached, to);
  }
  return times.length > 0 && reached >= within.to;
}
