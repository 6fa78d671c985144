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

/** A blocked request: in its variable's list and in its session's map, in both or in neither. */
export interface Waiter {
  readonly session: Session;
  readonly request: number;
  readonly variable: Variable;
  readonly how: ReadOptions;
  /** When it began to wait, for whoever looks: nothing depends on it. */
  readonly since: number;
  previous: Waiter | undefined;
  next: Waiter | undefined;
}

/** Those who wait, in the order in which they began to; anybody leaves in O(1). */
export class WaiterList {
  size = 0;
  #first: Waiter | undefined;
  #last: Waiter | undefined;

  get first(): Waiter | undefined {
    return this.#first;
  }

  add(waiter: Waiter): void {
    waiter.previous = this.#last;
    if (this.#last === undefined) {
      this.#first = waiter;
    } else {
      this.#last.next = waiter;
    }
    this.#last = waiter;
    this.size++;
  }

  *[Symbol.iterator](): Generator<Waiter> {
    for (let waiter = this.#first; waiter !== undefined; waiter = waiter.next) {
      yield waiter;
    }
  }

  /** Precondition: the waiter is in this list. */
  remove(waiter: Waiter): void {
    if (waiter.previous === undefined) {
      this.#first = waiter.next;
    } else {
      waiter.previous.next = waiter.next;
    }
    if (waiter.next === undefined) {
      this.#last = waiter.previous;
    } else {
      waiter.next.previous = waiter.previous;
    }
    waiter.previous = undefined;
    waiter.next = undefined;
    this.size--;
  }
}
