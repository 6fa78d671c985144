import type { Session } from "./session.ts";
import type { Space } from "./space.ts";
import { EXPIRY_BYTES } from "./expiries.ts";
import { allMetadataBytes, VARIABLE_OVERHEAD_BYTES } from "./holdings.ts";
import type { Variable } from "./variable.ts";
import { type Workspace, WORKSPACE_OVERHEAD_BYTES } from "./workspace.ts";

/** Checks the invariants of a whole space the slow way; throws at the first that does not hold. */
export function validateSpace(
  workspaces: Iterable<Workspace>,
  sessions: Iterable<Session>,
  stats: Space["stats"],
  hasRoomForFirst: (variable: Variable) => boolean,
): void {
  const users = new Map<Workspace, number>();
  const bookedBy = new Map<Variable, Set<number>>();
  let waiting = 0;
  for (const session of sessions) {
    waiting += session.waits.size;
    for (const [request, waiter] of session.waits) {
      check(waiter.session === session && waiter.request === request, "a wait is another session's");
      check(!waiter.variable.isDeleted, "a session waits for a deleted variable");
      if (waiter.offer !== undefined && waiter.offer.lease > 0) {
        const lease = session.leases.get(waiter.offer.lease);
        check(lease?.variable.completions?.has(waiter) === true, "a store waits to end a lease that is not there");
      }
    }
    for (const workspace of session.opened.values()) {
      users.set(workspace, (users.get(workspace) ?? 0) + 1);
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
      held += (variable.expiries?.count ?? 0) * EXPIRY_BYTES;
      held += allMetadataBytes(variable);
      check(
        [...(variable.metadata?.keys() ?? [])].every((index) => variable.hasIndex(index)),
        "metadata of a value that is gone",
      );
      fileBytes += variable.table.fileBytes;
      variables++;
      for (const { offer } of variable.storers) {
        held += offer.memoryBytes;
        fileBytes += offer.fileBytes;
      }
      check(!hasRoomForFirst(variable), `'${variable.name}': somebody waits to store, and there is room`);
    }
    const isIdle = workspace.userCount === 0 && workspace.owner === undefined;
    check(workspace.idleEnd === undefined || isIdle, "a workspace is idle that somebody has open");
    check((users.get(workspace) ?? 0) === workspace.userCount, "the users of a workspace are miscounted");
    check(held === workspace.memoryBytes, "a workspace's bytes are miscounted");
    check(values === workspace.valueCount && booked === workspace.bookedCount, "a workspace's values are miscounted");
    check(waits === workspace.waitingCount, "a workspace's waiting requests are miscounted");
    memoryBytes += held + (workspace.isSystem ? 0 : WORKSPACE_OVERHEAD_BYTES);
  }
  check(memoryBytes === stats.memoryBytes && fileBytes === stats.fileBytes, "the space's bytes are miscounted");
  check(variables === stats.variables, "variables are miscounted");
  check(waiting === waiters && waiting === stats.waiting, "waiting requests are miscounted");
}

function validateVariable(variable: Variable, booked: ReadonlySet<number>): number {
  const { table, order, finders, fetchers, storers, workspace, name } = variable;
  table.validate();
  check(!variable.isDeleted && workspace.variables.get(name) === variable, "a variable is not where it should be");
  check((variable.mode === undefined) === (order === undefined), "a mode without an order");
  check(table.count === variable.freeCount + booked.size, `'${name}': values are neither free nor booked, or both`);
  for (const index of booked) {
    check(table.has(index) && !order!.isFree(index), `'${name}': booked value ${index} is free or not there`);
  }
  check(workspace.attended.has(variable) === variable.isAttended, `'${name}' is attended for nothing, or not`);
  for (const list of [finders, fetchers, storers]) {
    let count = 0;
    for (let waiter = list.first; waiter !== undefined; waiter = waiter.next) {
      count++;
      check(waiter.session.waits.get(waiter.request) === waiter, `'${name}': a waiter that its session does not know`);
      const isFound = waiter.how !== undefined && variable.visibleTo(waiter.how) !== -1;
      check(!isFound, `'${name}': somebody waits for a value that is there`);
    }
    check(count === list.size, `'${name}': waiters are miscounted`);
  }
  return finders.size + fetchers.size + storers.size;
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) {
    throw new Error(`invariant broken: ${message}`);
  }
}
