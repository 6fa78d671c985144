import { describe, nameOf, type Violation } from "./history.ts";
import { type Delivery, precedes, type VariableHistory } from "./variable-history.ts";

/** Nobody sees a value that was not stored, that somebody else has, or that was deleted. */
export function* checkOnce(variable: VariableHistory): Generator<Violation> {
  const { deliveries, operations, values, deletions } = variable;
  for (const read of operations.filter(({ outcome, kind }) => outcome === "done" && kind !== "store")) {
    for (const value of read.values) {
      const stored = values.get(value);
      if (stored === undefined || stored.store.invokedAt > read.settledAt) {
        yield `${nameOf(value)} was never stored: ${describe(read)}`;
        continue;
      }
      for (const deletion of deletions.filter(({ outcome }) => outcome === "done")) {
        if (precedes(stored.store, stored.storedBy, deletion) && deletion.settledAt <= read.invokedAt) {
          yield `${nameOf(value)} was deleted: ${describe(deletion)}; then ${describe(read)}`;
        }
      }
      if (read.kind !== "fetch") {
        for (const other of deliveries.filter((delivery) => delivery.value === value)) {
          if (other.fetch.settledAt < read.invokedAt && read.settledAt < other.returnsFrom) {
            yield `${nameOf(value)} was taken by ${describe(other.fetch)}; then ${describe(read)}`;
          }
        }
      }
    }
  }
  for (const [at, one] of deliveries.entries()) {
    for (const other of deliveries.slice(at + 1)) {
      if (other.value === one.value && !canFollow(one, other) && !canFollow(other, one)) {
        yield `${nameOf(one.value)} was taken twice: ${describe(one.fetch)}; ${describe(other.fetch)}`;
      }
    }
  }
  for (const { end, overBy } of operations) {
    if (end?.outcome === "done" && end.invokedAt > overBy) {
      yield `the time of its lease was over by ${overBy.toFixed(2)}: ${describe(end)}`;
    }
  }
  for (const operation of operations.filter(({ kind, outcome }) => kind !== "delete" && outcome === "refused")) {
    if (deletions.length === 0 && operation.settledAt < operation.refusableFrom) {
      // Who has a lease has it until its session ends or its time is over, and nothing else ends a wait.
      yield `it was refused though nobody deleted the variable: ${describe(operation)}`;
    }
  }
}

/** Whether `one` can be back before `other` takes it. */
function canFollow(other: Delivery, one: Delivery): boolean {
  return one.fetch !== other.fetch && one.returnsFrom <= other.fetch.settledAt;
}
