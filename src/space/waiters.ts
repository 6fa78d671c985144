import type { FileValue } from "./receiver.ts";
import type { Session } from "./session.ts";
import type { Variable } from "./variable.ts";

/** What a read asks for. */
export interface ReadOptions {
  /** Whether the value is taken (fetch) or only seen (find). */
  readonly take: boolean;
  /** Whether the request waits when there is nothing. */
  readonly wait: boolean;
  /** Whether this is a step of an iterator. */
  readonly iterate: boolean;
  /** Whether what is taken is booked until `ack`, rather than until the next `confirm`. */
  readonly lease: boolean;
  /** Most values wanted, at least 1. */
  readonly most: number;
  /** Where an iterator stands; `undefined` on its first step. */
  readonly after: { readonly variableId: number; readonly index: number } | undefined;
}

/** A value that is to be stored: the bytes `[start, end)`, or a file. */
export interface OfferedValue {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly file: FileValue | undefined;
}

/** What a store that waits brings. */
export interface Offer {
  /** All or nothing, one after the other. */
  readonly values: readonly OfferedValue[];
  /** Of all values, wherever they are: what counts toward the variable's limit. */
  readonly bytes: number;
  /** What is kept for it until it is stored. */
  readonly memoryBytes: number;
  readonly fileBytes: number;
  /** How long its values stay; `undefined`: as the variable says. */
  readonly ttlMs: number | undefined;
  /** What goes with each of them. */
  readonly metadata: string | undefined;
  /** The lease that it acknowledges, and the variable of that value; 0: none. */
  readonly lease: number;
  readonly leased: Variable | undefined;
}

interface Waiting {
  readonly session: Session;
  readonly request: number;
  readonly variable: Variable;
  /** When it began to wait, for whoever looks: nothing depends on it. */
  readonly since: number;
  previous: Waiter | undefined;
  next: Waiter | undefined;
}

/** A blocked fetch or find. */
export interface Reader extends Waiting {
  readonly how: ReadOptions;
  readonly offer?: undefined;
}

/** A blocked store. */
export interface Storer extends Waiting {
  readonly how?: undefined;
  readonly offer: Offer;
}

/** A blocked request: in its variable's list and in its session's map, in both or in neither. */
export type Waiter = Reader | Storer;

/** Those who wait, in the order in which they began to; anybody leaves in O(1). */
export class WaiterList<Kind extends Waiter> {
  size = 0;
  #first: Kind | undefined;
  #last: Kind | undefined;

  get first(): Kind | undefined {
    return this.#first;
  }

  add(waiter: Kind): void {
    waiter.previous = this.#last;
    if (this.#last === undefined) {
      this.#first = waiter;
    } else {
      this.#last.next = waiter;
    }
    this.#last = waiter;
    this.size++;
  }

  *[Symbol.iterator](): Generator<Kind> {
    for (let waiter = this.#first; waiter !== undefined; waiter = waiter.next as Kind | undefined) {
      yield waiter;
    }
  }

  /** Precondition: the waiter is in this list. */
  remove(waiter: Kind): void {
    if (waiter.previous === undefined) {
      this.#first = waiter.next as Kind | undefined;
    } else {
      waiter.previous.next = waiter.next;
    }
    if (waiter.next === undefined) {
      this.#last = waiter.previous as Kind | undefined;
    } else {
      waiter.next.previous = waiter.previous;
    }
    waiter.previous = undefined;
    waiter.next = undefined;
    this.size--;
  }
}
