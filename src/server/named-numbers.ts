import type { FailureName } from "../wire/failure-codes.ts";
import type { MemoryGauge } from "./memory-gauge.ts";

/** Why a number stands for nothing: requests that use it are answered with this. */
export interface Refusal {
  readonly code: FailureName;
  readonly message: string;
}

/** What a workspace handle stands for. */
export type HandleSlot = { readonly workspace: string; readonly refusal?: undefined } | { readonly refusal: Refusal };

/** What a variable number stands for. */
export type VariableSlot =
  { readonly workspace: string; readonly name: string; readonly refusal?: undefined } | { readonly refusal: Refusal };

/** What a slot costs besides its name, roughly. */
const SLOT_BYTES = 100;

/** The numbers that one session has given to workspaces (handles) and variables. Names are byte strings. */
export class NamedNumbers {
  readonly #most: number;
  readonly #memory: MemoryGauge;
  // (An array that is filled far from its end becomes a hash table by itself: no room is made for the gap.)
  readonly #handles: (HandleSlot | undefined)[] = [];
  readonly #variables: (VariableSlot | undefined)[] = [];
  #keptBytes = 0;

  constructor(most: number, memory: MemoryGauge) {
    this.#most = most;
    this.#memory = memory;
  }

  handle(number: number): HandleSlot {
    return this.#handles[number] ?? { refusal: this.#unknown("workspace handle", number) };
  }

  variable(number: number): VariableSlot {
    return this.#variables[number] ?? { refusal: this.#unknown("variable number", number) };
  }

  /** Why the handle cannot be used, or `undefined` when it may stand for something. */
  refusalOf(handle: number): Refusal | undefined {
    return handle < this.#most ? undefined : this.#tooMany("workspace handle", handle);
  }

  /** Precondition: `refusalOf(handle)` is undefined. */
  setHandle(handle: number, workspace: string): void {
    this.#charge(workspace.length, this.#handles[handle]);
    this.#handles[handle] = { workspace };
  }

  /** A number over the limit stands for nothing, and is not kept either. */
  setVariable(number: number, slot: VariableSlot): void {
    if (number >= this.#most) {
      return;
    }
    const bytes = slot.refusal === undefined ? slot.name.length : 0;
    if (!this.#memory.hasRoomFor(bytes + SLOT_BYTES)) {
      this.#variables[number] = NO_ROOM;
      return;
    }
    this.#charge(bytes, this.#variables[number]);
    this.#variables[number] = slot;
  }

  /** Forgets them all. */
  clear(): void {
    this.#memory.add(-this.#keptBytes);
    this.#keptBytes = 0;
    this.#handles.length = 0;
    this.#variables.length = 0;
  }

  #charge(bytes: number, replaced: HandleSlot | VariableSlot | undefined): void {
    const before = replaced === undefined || replaced === NO_ROOM ? 0 : SLOT_BYTES + keptBytes(replaced);
    const change = SLOT_BYTES + bytes - before;
    this.#keptBytes += change;
    this.#memory.add(change);
  }

  #unknown(what: string, number: number): Refusal {
    return number < this.#most
      ? { code: "bad_arguments", message: `${what} ${number} was not given to anything` }
      : this.#tooMany(what, number);
  }

  #tooMany(what: string, number: number): Refusal {
    return { code: "too_many_numbers", message: `${what} ${number}: a session may use ${this.#most}` };
  }
}

const NO_ROOM: VariableSlot = {
  refusal: { code: "memory_full", message: "the server has no room for another name" },
};

function keptBytes(slot: HandleSlot | VariableSlot): number {
  if (slot.refusal !== undefined) {
    return 0;
  }
  return "name" in slot ? slot.name.length : slot.workspace.length;
}
