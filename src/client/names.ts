import { MAX_NUMBERS } from "../wire/verbs.ts";
import { LimitError, type NwsError } from "./errors.ts";

/** An operation that is held back until a large value for its variable has been sent. */
export interface HeldOperation {
  run(): void;
  fail(error: NwsError): void;
}

/** A variable of one workspace, and the number by which the server knows it. */
export class NumberedVariable {
  readonly handle: WorkspaceHandle;
  readonly name: string;
  /** Below 0: it has none (any more). */
  number = -1;
  /** Requests under way that name it. */
  inFlightCount = 0;
  /** While it is not 0, later operations are held back: a large value is being sent, or made ready for it. */
  uploadCount = 0;
  readonly held: HeldOperation[] = [];

  constructor(handle: WorkspaceHandle, name: string) {
    this.handle = handle;
    this.name = name;
  }

  get isIdle(): boolean {
    return this.inFlightCount === 0 && this.uploadCount === 0 && this.held.length === 0;
  }
}

/** A workspace that a session has opened or used, and the number by which the server knows it. */
export class WorkspaceHandle {
  readonly name: string;
  readonly number: number;
  /** The variables to which operations can go at once: they have a number and nothing is held back. */
  readonly ready = new Map<string, NumberedVariable>();
  /** All variables that have a number or hold something back. */
  readonly variables = new Map<string, NumberedVariable>();
  /** Why nothing goes any more: the open was refused, or it was closed. Then `ready` is empty. */
  failure: NwsError | undefined;
  /** Settles when it has been given up; undefined while it is open. */
  closed: Promise<void> | undefined;

  constructor(name: string, number: number) {
    this.name = name;
    this.number = number;
  }

  /** From now on every operation goes the slow way, which will find `failure`. */
  fail(failure: NwsError): void {
    this.failure ??= failure;
    this.ready.clear();
    for (const variable of this.variables.values()) {
      for (const held of variable.held.splice(0)) {
        held.fail(failure);
      }
    }
  }
}

/** Gives numbers to workspaces, and takes them back. */
export class HandleTable {
  readonly #used = new Set<WorkspaceHandle>();
  readonly #free: number[] = [];
  #next = 0;

  add(name: string): WorkspaceHandle {
    const number = this.#free.pop() ?? this.#next++;
    if (number >= MAX_NUMBERS) {
      this.#next--;
      const sentence = `this session has ${MAX_NUMBERS} workspaces open, which is the limit; close some`;
      throw new LimitError("too_many_numbers", sentence, { workspace: name, reason: sentence });
    }
    const handle = new WorkspaceHandle(name, number);
    this.#used.add(handle);
    return handle;
  }

  remove(handle: WorkspaceHandle): void {
    if (this.#used.delete(handle)) {
      this.#free.push(handle.number);
    }
  }

  /** Whether an open handle leads to the workspace of this name. */
  hasOpen(name: string): boolean {
    for (const handle of this.#used) {
      if (handle.name === name && handle.failure === undefined) {
        return true;
      }
    }
    return false;
  }

  [Symbol.iterator](): IterableIterator<WorkspaceHandle> {
    return this.#used.values();
  }
}

/**
 * Gives numbers to variables. When all are taken, the one that got its number longest ago and has nothing under way loses
 * it: its name is sent again when it is next used.
 */
export class VariableTable {
  readonly #byNumber: NumberedVariable[] = [];
  readonly #free: number[] = [];
  readonly #most: number;
  /** Where the search for one to take away goes on. */
  #hand = 0;

  constructor(most: number = MAX_NUMBERS) {
    this.#most = most;
  }

  /** Gives `variable` a number. A LimitError when every number has something under way. */
  assign(variable: NumberedVariable): void {
    const number = this.#free.pop() ?? (this.#byNumber.length < this.#most ? this.#byNumber.length : this.#take());
    this.#byNumber[number] = variable;
    variable.number = number;
  }

  /** The variables of a workspace that was given up. */
  release(handle: WorkspaceHandle): void {
    for (const variable of handle.variables.values()) {
      if (variable.number >= 0) {
        this.#free.push(variable.number);
        variable.number = -1;
      }
    }
    handle.variables.clear();
    handle.ready.clear();
  }

  #take(): number {
    for (let tried = 0; tried < this.#most; tried++) {
      const number = this.#hand;
      this.#hand = (number + 1) % this.#most;
      const variable = this.#byNumber[number]!;
      if (variable.isIdle) {
        variable.number = -1;
        variable.handle.ready.delete(variable.name);
        variable.handle.variables.delete(variable.name);
        return number;
      }
    }
    const sentence = `operations on ${this.#most} variables are under way in this session, which is the limit`;
    throw new LimitError("too_many_numbers", sentence, { reason: sentence });
  }
}
