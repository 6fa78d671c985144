import type { Changes, Durability } from "./journal.ts";
import type { Session } from "./session.ts";
import { type MutableView, NO_BYTES } from "./slab.ts";
import type { Variable } from "./variable.ts";
import type { Workspace } from "./workspace.ts";

/** A workspace that is persistent, as it was when it was looked at. */
export interface KeptWorkspace {
  readonly id: number;
  readonly name: string;
  /** The number of the session that owns it. */
  readonly owner: number | undefined;
  readonly isPersistent: boolean;
  /** How safe its changes must be, if that was said. */
  readonly durability: Durability | undefined;
  /** Infinity: it stays when nobody has it open. */
  readonly idleTimeoutMs: number;
  /** Its variables of the moment when this is called; none when it is not persistent any more. */
  variables(): Iterable<KeptVariable>;
}

/** All of a space that a journal keeps, to be looked at step by step while the space goes on. */
export interface KeptState {
  /** Ids below this may have been given. */
  readonly idsBelow: number;
  /** Those of the moment when the state was asked for. */
  readonly workspaces: readonly KeptWorkspace[];
}

export function keptState(workspaces: Iterable<Workspace>, idsBelow: number): KeptState {
  const kept: KeptWorkspace[] = [];
  for (const workspace of workspaces) {
    const { keptId: id, name, durability, idleTimeoutMs, journal } = workspace;
    if (journal !== undefined) {
      // (One that ceased to be persistent never becomes it again: it goes with its owner.)
      const isStillKept = (): boolean => workspace.journal !== undefined;
      kept.push({
        id,
        name,
        owner: workspace.owner?.number,
        isPersistent: workspace.isPersistent,
        durability,
        idleTimeoutMs,
        variables: () => keptVariables(workspace, isStillKept),
      });
    }
  }
  return { idsBelow, workspaces: kept };
}

function* keptVariables(workspace: Workspace, isStillKept: () => boolean): Generator<KeptVariable> {
  const variables = isStillKept() ? [...workspace.variables.values()] : [];
  for (const variable of variables) {
    yield new KeptVariable(variable, isStillKept);
  }
}

/** Where a value is looked at, for a moment. */
const view: MutableView = {
  descriptor: 0,
  bytes: NO_BYTES,
  start: 0,
  end: 0,
  file: undefined,
  variableId: 0,
  index: 0,
  deliveries: 0,
  metadata: undefined,
};

/** A variable of a persistent workspace, for whoever makes a copy of it. What it says is of the moment when it is asked. */
export class KeptVariable {
  readonly #variable: Variable;
  readonly #isWorkspaceKept: () => boolean;

  constructor(variable: Variable, isWorkspaceKept: () => boolean) {
    this.#variable = variable;
    this.#isWorkspaceKept = isWorkspaceKept;
  }

  get id(): number {
    return this.#variable.id;
  }

  /** Whether it is still there, in a persistent workspace. */
  get isThere(): boolean {
    return !this.#variable.isDeleted && this.#isWorkspaceKept();
  }

  /** Numbers of its pages (see `PAGE_INDICES`) that have values, perhaps of some that have none. */
  pages(): number[] {
    return this.#variable.table.pages();
  }

  /** Says how the variable came to be, without its values. */
  describe(into: Changes): void {
    const { id, name, workspace, mode, isGuarded, limits, order } = this.#variable;
    into.variableMade(id, workspace.keptId, name);
    if (mode !== undefined) {
      into.modeSet(id, mode);
    }
    if (isGuarded) {
      into.guarded(id);
    }
    if (limits !== undefined) {
      into.limitsSet(id, limits);
    }
    if (order?.isIterable === true && order.next > 0) {
      into.indicesUsed(id, order.next);
    }
  }

  /** The first index from `from` on, below `to`, that has a value; -1 when there is none. */
  next(from: number, to: number): number {
    const { table } = this.#variable;
    for (let index = from; index < to; index++) {
      if (table.has(index)) {
        return index;
      }
    }
    return -1;
  }

  /** Says what the value at `index` is and who has booked it. */
  describeValue(index: number, into: Changes): void {
    const variable = this.#variable;
    const { id } = variable;
    variable.table.read(index, view);
    if (view.file === undefined) {
      into.put(id, index, view.descriptor, view.bytes, view.start, view.end);
    } else {
      into.putFile(id, index, view.descriptor, view.file);
    }
    const expiresAt = variable.expiries?.get(index) ?? Infinity;
    if (expiresAt < Infinity) {
      into.expirySet(id, index, expiresAt);
    }
    const returns = variable.returnsOf(index);
    if (returns > 0) {
      into.returnsCounted(id, index, returns);
    }
    const holder = variable.holderOf(index);
    if (holder !== undefined) {
      into.booked(id, index, holder);
    }
  }
}

/** Says all that is in a workspace which is kept from now on, and who has booked what. */
export function describeWorkspace(workspace: Workspace, sessions: Iterable<Session>, into: Changes): void {
  for (const session of sessions) {
    for (const { booking, holder } of session.held()) {
      if (booking.variable.workspace === workspace && !booking.variable.isDeleted) {
        booking.variable.setHolder(booking.index, holder);
      }
    }
  }
  const { keptId, name, isPersistent, durability, idleTimeoutMs } = workspace;
  into.workspaceKept(keptId, name);
  if (!isPersistent) {
    into.persistenceSet(keptId, false);
  }
  if (durability !== undefined) {
    into.durabilitySet(keptId, durability);
  }
  if (idleTimeoutMs < Infinity) {
    into.idleTimeoutSet(keptId, idleTimeoutMs);
  }
  for (const variable of workspace.variables.values()) {
    const kept = new KeptVariable(variable, () => true);
    kept.describe(into);
    for (const index of variable.table.indices()) {
      kept.describeValue(index, into);
    }
  }
}
