import type { Holdings } from "./holdings.ts";
import type { BookingKind, Changes, Durability, Holder } from "./journal.ts";
import type { Mode } from "./order.ts";
import type { FileValue } from "./receiver.ts";
import type { Booking, Session, SessionOptions } from "./session.ts";
import type { VariableLimits } from "./variable-limits.ts";
import { Variable } from "./variable.ts";
import { Workspace } from "./workspace.ts";

/** A change that does not fit what was there before it: the journal is not that of this space, or a part of it is missing. */
export class RestoreError extends Error {
  override readonly name = "RestoreError";
}

/** What a variable has until its order is made of it. */
interface Restored {
  readonly variable: Variable;
  mode: Mode | undefined;
  next: number;
}

/** What a restoration needs of its space. */
export interface RestoredSpace {
  readonly workspaces: Map<string, Workspace>;
  readonly holdings: Holdings;
  readonly system: Workspace;
  readonly seed: number;
  /** A session of an earlier run is there again, for the client to come back to. */
  rejoined(number: number, peer: string, options: SessionOptions): Session;
  /** Nothing more comes; ids below this were given. */
  finished(below: number): void;
}

/** A session that outlives the run of the server in which it began. */
export interface SurvivingSession {
  readonly number: number;
  readonly peer: string;
  /** What listings show of an owner. */
  readonly label: string;
  readonly options: SessionOptions;
}

/**
 * Applies changes to an empty space, and hands it over with `finish`. Each change is checked against what is there; one that
 * does not fit is a `RestoreError`, after which the space is of no use.
 */
export class Restoration implements Changes {
  readonly #space: RestoredSpace;
  readonly #workspaces = new Map<number, Workspace>();
  readonly #variables = new Map<number, Restored>();
  readonly #owners = new Map<Workspace, number>();
  /** Variables with values that somebody has booked. */
  readonly #withHolders = new Set<Variable>();
  #below = 1;
  /** The variable of the last change: most are about the same one as the one before. */
  #lastId = -1;
  #last: Restored | undefined;

  constructor(space: RestoredSpace) {
    this.#space = space;
    this.#workspaces.set(space.system.keptId, space.system);
    space.system.isRestored = true;
  }

  hasVariable(id: number): boolean {
    return this.#variables.has(id);
  }

  /** The variable's id, if there is one. */
  idOf(workspace: number, name: string): number | undefined {
    return this.#workspaces.get(workspace)?.variables.get(name)?.id;
  }

  idsReserved(below: number): void {
    this.#below = Math.max(this.#below, below);
  }

  workspaceKept(id: number, name: string): void {
    if (this.#workspaces.has(id) || this.#space.workspaces.has(name)) {
      throw new RestoreError(`workspace '${name}' (${id}) is made, and was there before`);
    }
    const workspace = new Workspace(name, false);
    workspace.isPersistent = true;
    workspace.isRestored = true;
    workspace.keptId = id;
    this.#workspaces.set(id, workspace);
    this.#space.workspaces.set(name, workspace);
    this.#space.holdings.addWorkspace();
    this.idsReserved(id + 1);
  }

  persistenceSet(id: number, isPersistent: boolean): void {
    this.#madeWorkspace(id).isPersistent = isPersistent;
  }

  durabilitySet(id: number, durability: Durability): void {
    this.#madeWorkspace(id).durability = durability;
  }

  idleTimeoutSet(id: number, timeoutMs: number): void {
    this.#workspace(id).idleTimeoutMs = timeoutMs;
  }

  workspaceDropped(id: number): void {
    const workspace = this.#madeWorkspace(id);
    for (const variable of workspace.variables.values()) {
      this.#forget(variable);
    }
    this.#owners.delete(workspace);
    this.#workspaces.delete(id);
    this.#space.workspaces.delete(workspace.name);
    this.#space.holdings.removeWorkspace(workspace);
  }

  owned(id: number, session: number): void {
    this.#owners.set(this.#madeWorkspace(id), session);
  }

  disowned(id: number): void {
    this.#owners.delete(this.#workspace(id));
  }

  variableMade(id: number, workspaceId: number, name: string): void {
    const workspace = this.#workspace(workspaceId);
    if (this.#variables.has(id) || workspace.variables.has(name)) {
      throw new RestoreError(
        `variable '${name}' (${id}) of workspace '${workspace.name}' is made, and was there before`,
      );
    }
    const variable = new Variable(id, name, workspace);
    this.#variables.set(id, { variable, mode: undefined, next: 0 });
    this.#space.holdings.addVariable(variable);
    this.idsReserved(id + 1);
  }

  modeSet(id: number, mode: Mode): void {
    const restored = this.#restored(id);
    if (restored.mode !== undefined) {
      throw new RestoreError(`${nameOf(restored)} becomes ${mode}, and was ${restored.mode} before`);
    }
    restored.mode = mode;
  }

  guarded(id: number): void {
    this.#restored(id).variable.isGuarded = true;
  }

  limitsSet(id: number, limits: VariableLimits): void {
    this.#restored(id).variable.limits = limits;
  }

  variableDeleted(id: number): void {
    const { variable } = this.#restored(id);
    this.#forget(variable);
    this.#space.holdings.removeVariable(variable);
  }

  indicesUsed(id: number, next: number): void {
    const restored = this.#restored(id);
    restored.next = Math.max(restored.next, next);
  }

  put(id: number, index: number, descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    this.#space.holdings.put(this.#vacant(id, index), index, descriptor, bytes, start, end);
  }

  putFile(id: number, index: number, descriptor: number, file: FileValue): void {
    this.#space.holdings.putFile(this.#vacant(id, index), index, descriptor, file);
  }

  expirySet(id: number, index: number, at: number): void {
    const variable = this.#holding(id, index);
    if ((variable.expiries?.get(index) ?? Infinity) < Infinity) {
      throw new RestoreError(`value ${index} of '${variable.name}' (${id}) gets a time to expire, and had one before`);
    }
    this.#space.holdings.setExpiry(variable, index, at);
  }

  booked(id: number, index: number, holder: Holder): void {
    const variable = this.#holding(id, index);
    if (variable.holderOf(index) !== undefined) {
      throw new RestoreError(`value ${index} of '${variable.name}' (${id}) is booked, and was booked before`);
    }
    variable.setHolder(index, holder);
    this.#withHolders.add(variable);
  }

  returned(id: number, index: number, isLost: boolean): void {
    const variable = this.#holding(id, index);
    if (variable.holderOf(index) === undefined) {
      throw new RestoreError(`value ${index} of '${variable.name}' (${id}) comes back, and was not booked`);
    }
    variable.forgetHolder(index);
    if (isLost) {
      variable.countReturns([index]);
    }
  }

  returnsCounted(id: number, index: number, count: number): void {
    this.#holding(id, index).setReturns(index, count);
  }

  gone(id: number, index: number): void {
    this.#space.holdings.remove(this.#holding(id, index), index);
  }

  /**
   * The server that had all this ended here, and with it every session that does not survive: what it had booked goes back to its old place,
   * which counts as a delivery; what had been taken by sending it is gone.
   */
  sessionsLost(survives: (session: number) => boolean = () => false): void {
    for (const [workspace, owner] of this.#owners) {
      if (!survives(owner)) {
        this.#owners.delete(workspace);
      }
    }
    for (const [id, workspace] of this.#workspaces) {
      if (!workspace.isPersistent && !this.#owners.has(workspace)) {
        this.workspaceDropped(id);
      }
    }
    for (const variable of this.#withHolders) {
      const lost = [...variable.holders].filter(([, { session }]) => !survives(session));
      const returned: number[] = [];
      for (const [index, { kind }] of lost) {
        if (isTaken(kind)) {
          this.#space.holdings.remove(variable, index);
        } else {
          variable.forgetHolder(index);
          returned.push(index);
        }
      }
      if (returned.length > 0) {
        variable.countReturns(returned);
      }
      if (variable.holders.size === 0) {
        variable.forgetHolders();
        this.#withHolders.delete(variable);
      }
    }
    this.#dropReplaced();
  }

  /** Drops the values in files that `isMissing` picks; returns where they were. */
  dropFiles(isMissing: (file: FileValue) => boolean): { readonly id: number; readonly index: number }[] {
    const dropped: { id: number; index: number }[] = [];
    for (const { variable } of this.#variables.values()) {
      if (variable.table.fileCount > 0) {
        for (const index of variable.table.indices()) {
          const file = variable.table.fileAt(index);
          if (file !== undefined && isMissing(file)) {
            this.#space.holdings.remove(variable, index);
            dropped.push({ id: variable.id, index });
          }
        }
      }
    }
    return dropped;
  }

  /** All is there. The space begins to work, and to emit changes again. Returns the sessions that survive. */
  finish(surviving: readonly SurvivingSession[] = []): Session[] {
    const numbers = new Set(surviving.map(({ number }) => number));
    this.sessionsLost((number) => numbers.has(number));
    for (const restored of this.#variables.values()) {
      this.#makeOrder(restored);
    }
    const sessions = surviving.map((session) => this.#rejoin(session));
    this.#space.finished(this.#below);
    return sessions;
  }

  #rejoin({ number, peer, label, options }: SurvivingSession): Session {
    const session = this.#space.rejoined(number, peer, options);
    const held: { booking: Booking; holder: Holder }[] = [];
    for (const variable of this.#withHolders) {
      for (const [index, holder] of variable.holders) {
        if (holder.session === number) {
          held.push({ booking: { variable, index }, holder });
        }
      }
    }
    session.bookAgain(held);
    for (const [workspace, owner] of this.#owners) {
      if (owner === number) {
        workspace.owner = session;
        workspace.ownerLabel = label;
        session.owned.add(workspace);
      }
    }
    return session;
  }

  #makeOrder({ variable, mode, next }: Restored): void {
    const { table, workspace } = variable;
    if (mode === undefined) {
      if (table.count > 0) {
        throw new RestoreError(`'${variable.name}' (${variable.id}) has values and no mode`);
      }
      return;
    }
    const isFree = (index: number): boolean => variable.holderOf(index) === undefined;
    variable.setMode(mode, this.#space.seed + variable.id).restore(table.indices(), isFree, next);
    workspace.bookedCount += variable.bookedCount;
  }

  /** Of a single variable only the newest value has a place to come back to. */
  #dropReplaced(): void {
    for (const { variable, mode, next } of this.#variables.values()) {
      if (mode === "single" && variable.table.count > 0) {
        for (const index of variable.table.indices()) {
          if (index !== next - 1 && variable.holderOf(index) === undefined) {
            this.#space.holdings.remove(variable, index);
          }
        }
      }
    }
  }

  /** The variable, in which a value may be put at `index`. */
  #vacant(id: number, index: number): Variable {
    const restored = this.#restored(id);
    if (restored.mode === undefined || restored.variable.table.has(index)) {
      const why = restored.mode === undefined ? "it has no mode" : "there was one before";
      throw new RestoreError(`a value is stored at index ${index} of ${nameOf(restored)}, and ${why}`);
    }
    if (index >= restored.next) {
      restored.next = index + 1;
    }
    return restored.variable;
  }

  /** The variable, which has a value at `index`. */
  #holding(id: number, index: number): Variable {
    const restored = this.#restored(id);
    if (!restored.variable.table.has(index)) {
      throw new RestoreError(`something happens to value ${index} of ${nameOf(restored)}, and there is none`);
    }
    return restored.variable;
  }

  #restored(id: number): Restored {
    if (id !== this.#lastId) {
      const found = this.#variables.get(id);
      if (found === undefined) {
        throw new RestoreError(`something happens to variable ${id}, and there is none`);
      }
      this.#last = found;
      this.#lastId = id;
    }
    return this.#last!;
  }

  #workspace(id: number): Workspace {
    const workspace = this.#workspaces.get(id);
    if (workspace === undefined) {
      throw new RestoreError(`something happens to workspace ${id}, and there is none`);
    }
    return workspace;
  }

  /** One that somebody has made: the system's own is there from the beginning, and stays as it is. */
  #madeWorkspace(id: number): Workspace {
    const workspace = this.#workspace(id);
    if (workspace.isSystem) {
      throw new RestoreError(`something happens to workspace '${workspace.name}' that never does`);
    }
    return workspace;
  }

  #forget(variable: Variable): void {
    this.#variables.delete(variable.id);
    this.#withHolders.delete(variable);
    this.#lastId = -1;
  }
}

function isTaken(kind: BookingKind): boolean {
  return kind === "sent";
}

function nameOf({ variable }: Restored): string {
  return `variable '${variable.name}' (${variable.id}) of workspace '${variable.workspace.name}'`;
}
