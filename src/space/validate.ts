import type { Session } from "./session.ts";
import type { Space } from "./space.ts";
import { VARIABLE_OVERHEAD_BYTES } from "./holdings.ts";
import type { Variable } from "./variable.ts";
import type { Workspace } from "./workspace.ts";

/** Checks the invariants of a whole space the slow way; throws at the first that does not hold. */
export function validateSpace(
  workspaces: Iterable<Workspace>,
  sessions: Iterable<Session>,
  stats: Space["stats"],
): void {
  const bookedBy = new Map<Variable, Set<number>>();
  let waiting = 0;
  for (const session of sessions) {
    waiting += session.waits.size;
    for (const [request, waiter] of session.waits) {
      check(waiter.session === session && waiter.request === request, "a wait is another session's");
      check(!waiter.variable.isDeleted, "a session waits for a deleted variable");
    }
    for (const workspace of session.owned) {
      check(workspace.owner === session && !workspace.isDeleted, "a session owns what is not its own");
    }
    for (const { variable, index } of session.booked()) {
      const booked = bookedBy.get(variable) ?? new Set();
      check(!booked.has(index), "a value is booked twice");
      bookedBy.set(variable, booked.add(index));
    }
  }
  let memoryBytes = 0;
  let fileBytes = 0;
  let variables = 0;
  let waiters = 0;
  for (const workspace of workspaces) {
    check(!workspace.isDeleted, "a deleted workspace is listed");
    check(workspace.owner?.owned.has(workspace) !== false, "an owner does not know what it owns");
    let held = 0;
    let [values, booked, waits] = [0, 0, 0];
    for (const variable of workspace.variables.values()) {
      const waiting = validateVariable(variable, bookedBy.get(variable) ?? new Set());
      waiters += waiting;
      waits += waiting;
      values += variable.table.count;
      booked += variable.bookedCount;
      held += variable.table.memoryBytes + VARIABLE_OVERHEAD_BYTES;
      fileBytes += variable.table.fileBytes;
      variables++;
    }
    check(held === workspace.memoryBytes, "a workspace's bytes are miscounted");
    check(values === workspace.valueCount && booked === workspace.bookedCount, "a workspace's values are miscounted");
    check(waits === workspace.waitingCount, "a workspace's waiting requests are miscounted");
    memoryBytes += held;
  }
  check(memoryBytes === stats.memoryBytes && fileBytes === stats.fileBytes, "the space's bytes are miscounted");
  check(variables === stats.variables, "variables are miscounted");
  check(waiting === waiters && waiting === stats.waiting, "waiting requests are miscounted");
}

function validateVariable(variable: Variable, booked: ReadonlySet<number>): number {
  const { table, order, finders, fetchers, workspace, name } = variable;
  table.validate();
  check(!variable.isDeleted && workspace.variables.get(name) === variable, "a variable is not where it should be");
  check((variable.mode === undefined) === (order === undefined), "a mode without an order");
  check(table.count === variable.freeCount + booked.size, `'${name}': values are neither free nor booked, or both`);
  for (const index of booked) {
    check(table.has(index) && !order!.isFree(index), `'${name}': booked value ${index} is free or not there`);
  }
  const mustBeAttended = variable.hasWaiters || table.fileCount > 0;
  check(workspace.attended.has(variable) === mustBeAttended, `'${name}' is attended for nothing, or not`);
  for (const list of [finders, fetchers]) {
    let count = 0;
    for (let waiter = list.first; waiter !== undefined; waiter = waiter.next) {
      count++;
      check(waiter.session.waits.get(waiter.request) === waiter, `'${name}': a waiter that its session does not know`);
      check(variable.visibleTo(waiter.how) === -1, `'${name}': somebody waits for a value that is there`);
    }
    check(count === list.size, `'${name}': waiters are miscounted`);
  }
  return finders.size + fetchers.size;
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) {
    throw new Error(`invariant broken: ${message}`);
  }
}
