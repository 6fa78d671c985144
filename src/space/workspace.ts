import type { AgendaItem } from "./agenda.ts";
import type { Durability, Journal } from "./journal.ts";
import type { Session } from "./session.ts";
import { NOWHERE } from "./time-heap.ts";
import type { Variable } from "./variable.ts";

/** What a workspace costs besides its variables, for the limit on memory. */
export const WORKSPACE_OVERHEAD_BYTES = 1024;

/** The time of a workspace that nobody has open will be over. */
export class IdleEnd implements AgendaItem {
  readonly workspace: Workspace;
  readonly at: number;
  position = NOWHERE;

  constructor(workspace: Workspace, at: number) {
    this.workspace = workspace;
    this.at = at;
  }
}

/** A named set of variables. One that is deleted and made again is another workspace. */
export class Workspace {
  readonly name: string;
  /** `__default`: always there, owned by nobody who could end. */
  readonly isSystem: boolean;
  owner: Session | undefined;
  ownerLabel = "";
  isPersistent = false;
  /** How safe its changes must be, if that was said; counts while it is persistent. */
  durability: Durability | undefined;
  /** Where its changes go: while it is persistent, in a space that has a journal. */
  journal: Journal | undefined;
  /** What the journal calls it, since it has one. */
  keptId = 0;
  /** It is there since before this run of the server. */
  isRestored = false;
  #isDeleted = false;
  #variables = new Map<string, Variable>();
  /** How long nobody may have it open before it is deleted, in milliseconds; Infinity: it stays. */
  idleTimeoutMs = Infinity;
  /** Sessions that have it open. */
  userCount = 0;
  /** When it is deleted, unless somebody opens it before. */
  idleEnd: IdleEnd | undefined;
  /** Variables where somebody waits, or a value expires or lives in a file: all that a deletion has to visit. */
  readonly attended = new Set<Variable>();
  memoryBytes = 0;
  fileBytes = 0;
  /** Values, free and booked ones, and of these the booked ones. */
  valueCount = 0;
  bookedCount = 0;
  waitingCount = 0;
  storedCount = 0;
  fetchedCount = 0;
  #sortedNames: readonly string[] | undefined;

  constructor(name: string, isSystem: boolean) {
    this.name = name;
    this.isSystem = isSystem;
    this.isPersistent = isSystem;
  }

  get isDeleted(): boolean {
    return this.#isDeleted;
  }

  get variables(): ReadonlyMap<string, Variable> {
    return this.#variables;
  }

  addVariable(variable: Variable): void {
    this.#variables.set(variable.name, variable);
    this.#sortedNames = undefined;
  }

  removeVariable(variable: Variable): void {
    this.#variables.delete(variable.name);
    this.#sortedNames = undefined;
  }

  /** Lets go of the variables at once: sessions that opened this workspace may keep it for long. */
  markDeleted(): void {
    this.#isDeleted = true;
    this.valueCount = 0;
    this.bookedCount = 0;
    this.#variables = new Map();
    this.#sortedNames = undefined;
    this.attended.clear();
  }

  /** Names in byte order; kept until the set of variables changes, since people list often. */
  get sortedNames(): readonly string[] {
    return (this.#sortedNames ??= [...this.variables.keys()].sort());
  }
}
