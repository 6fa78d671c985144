import { describe, nameOf, type Operation, type Violation } from "./history.ts";
import type { StoredValue, VariableHistory } from "./variable-history.ts";

/** No value comes when it was another one's turn. */
export function* checkOrder(variable: VariableHistory): Generator<Violation> {
  const { operations, values } = variable;
  for (const read of operations.filter(({ outcome, kind }) => outcome === "done" && kind !== "store")) {
    const seen = read.values.map((value) => values.get(value)).filter((stored) => stored !== undefined);
    yield* checkAmongEachOther(variable, read, seen);
    for (const stored of seen) {
      yield* checkTurn(variable, read, stored);
      if (read.kind === "walk") {
        yield* checkStep(variable, read, stored);
      }
    }
  }
}

/** Several values of one answer. */
function* checkAmongEachOther(
  variable: VariableHistory,
  read: Operation,
  seen: readonly StoredValue[],
): Generator<Violation> {
  for (const [at, later] of seen.slice(1).entries()) {
    const earlier = seen[at]!;
    const isWrong =
      variable.mode === "fifo"
        ? variable.isBefore(later, earlier)
        : variable.mode === "lifo" && later.store !== earlier.store && variable.isBefore(earlier, later);
    if (isWrong) {
      yield `${nameOf(earlier.value)} and ${nameOf(later.value)} are in the wrong order: ${describe(read)}`;
    }
  }
}

function* checkTurn(variable: VariableHistory, read: Operation, stored: StoredValue): Generator<Violation> {
  for (const other of variable.values.values()) {
    if (isTurnOf(other, variable, read, stored)) {
      yield `it was the turn of ${nameOf(other.value)}, not of ${nameOf(stored.value)}: ${describe(read)}; ${describe(other.store)}; ${describe(stored.store)}`;
    }
  }
}

/** Whether `other` should have come instead of `stored`, whenever during `read` that was. */
function isTurnOf(other: StoredValue, variable: VariableHistory, read: Operation, stored: StoredValue): boolean {
  switch (variable.mode) {
    case "fifo":
      return variable.isBefore(other, stored) && isAhead(other, variable, read) && variable.wasThere(other, read);
    case "lifo":
      // (A waiting fetch may get the first of several values that are stored together.)
      return other.store !== stored.store && variable.isBefore(stored, other) && variable.wasThere(other, read);
    case "single":
      return other.storedBy <= read.invokedAt && variable.isBefore(stored, other);
    case "multi":
      return false;
    default:
      return variable.mode satisfies never;
  }
}

/** Whether an iterator is not past this value. */
function isAhead(other: StoredValue, variable: VariableHistory, { after }: Operation): boolean {
  const last = after === undefined ? undefined : variable.values.get(after);
  return last === undefined || variable.isBefore(last, other);
}

/** An iterator goes on, never back. */
function* checkStep(variable: VariableHistory, read: Operation, stored: StoredValue): Generator<Violation> {
  const last = read.after === undefined ? undefined : variable.values.get(read.after);
  if (last !== undefined && (last === stored || variable.isBefore(stored, last))) {
    yield `the iterator went back from ${nameOf(last.value)} to ${nameOf(stored.value)}: ${describe(read)}`;
  }
}
