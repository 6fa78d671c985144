import type { Receiver } from "./receiver.ts";
import type { Variable } from "./variable.ts";
import type { Waiter } from "./waiters.ts";
import type { Workspace } from "./workspace.ts";

/** A value that a session has taken and not confirmed: nobody else sees it, and it goes back when the session ends. */
export interface Booking {
  readonly variable: Variable;
  readonly index: number;
}

export interface SessionOptions {
  /**
   * Values of more bytes than this are booked as leases even when the fetch did not ask for one, and so is what follows
   * such a value in an answer. Default: none.
   */
  readonly leaseOver?: number;
}

/** Who a client is, as the space sees it: what it has opened, owns, waits for and has booked. */
export class Session {
  readonly receiver: Receiver;
  /** Where the client is, for listings; a byte string. */
  readonly peer: string;
  readonly leaseOver: number;
  ended = false;
  /** What it opened or used, by name. A workspace stays here after it was deleted: then it is "no such workspace". */
  readonly opened = new Map<string, Workspace>();
  readonly owned = new Set<Workspace>();
  readonly waits = new Map<number, Waiter>();
  readonly leases = new Map<number, Booking>();
  #lastLease = 0;
  /** Plain bookings number `#confirmed + 1` and on, from `#head`; `undefined` where one was released. */
  #bookings: (Booking | undefined)[] = [];
  #head = 0;
  #confirmed = 0;

  constructor(receiver: Receiver, peer: string, options: SessionOptions = {}) {
    this.receiver = receiver;
    this.peer = peer;
    this.leaseOver = options.leaseOver ?? Infinity;
  }

  get waitingCount(): number {
    return this.waits.size;
  }

  /** How many values it has booked, on lease or not. (Released ones among the plain bookings count until those before them are confirmed.) */
  get bookedCount(): number {
    return this.#bookings.length - this.#head + this.leases.size;
  }

  /** Returns the booking's number. */
  book(variable: Variable, index: number): number {
    this.#bookings.push({ variable, index });
    return this.#confirmed + this.#bookings.length - this.#head;
  }

  /** Returns the lease's number. */
  lease(variable: Variable, index: number): number {
    this.leases.set(++this.#lastLease, { variable, index });
    return this.#lastLease;
  }

  /** Takes the oldest booking whose number is at most `upTo`; `undefined` stands for a released one, `null` for none. */
  confirmNext(upTo: number): Booking | undefined | null {
    if (this.#confirmed >= upTo || this.#head === this.#bookings.length) {
      return null;
    }
    const booking = this.#bookings[this.#head];
    this.#bookings[this.#head] = undefined;
    this.#head++;
    this.#confirmed++;
    if (this.#head === this.#bookings.length) {
      this.#bookings.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 > this.#bookings.length) {
      this.#bookings = this.#bookings.slice(this.#head);
      this.#head = 0;
    }
    return booking;
  }

  /** Takes one booking out of the middle, or `undefined` when it is not there (any more). */
  takeBooking(number: number): Booking | undefined {
    const at = this.#head + number - this.#confirmed - 1;
    if (at < this.#head || at >= this.#bookings.length) {
      return undefined;
    }
    const booking = this.#bookings[at];
    this.#bookings[at] = undefined;
    return booking;
  }

  takeLease(number: number): Booking | undefined {
    const booking = this.leases.get(number);
    this.leases.delete(number);
    return booking;
  }

  /** All that is booked, on lease or not. */
  *booked(): Generator<Booking> {
    for (let at = this.#head; at < this.#bookings.length; at++) {
      const booking = this.#bookings[at];
      if (booking !== undefined) {
        yield booking;
      }
    }
    yield* this.leases.values();
  }

  /** Forgets the bookings that `matches` picks, and returns them. */
  takeBooked(matches: (booking: Booking) => boolean): Booking[] {
    const taken: Booking[] = [];
    for (let at = this.#head; at < this.#bookings.length; at++) {
      const booking = this.#bookings[at];
      if (booking !== undefined && matches(booking)) {
        taken.push(booking);
        this.#bookings[at] = undefined;
      }
    }
    for (const [number, booking] of this.leases) {
      if (matches(booking)) {
        taken.push(booking);
        this.leases.delete(number);
      }
    }
    return taken;
  }
}
