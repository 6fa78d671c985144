import type { BookingKind, Holder } from "./journal.ts";
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
  /** The client confirms nothing: what it fetches is taken when its reply was sent. Default: false. */
  readonly takesBySending?: boolean;
  /** Which workspaces it may know of, by name; the others are not there for it. Default: all. */
  readonly sees?: ((workspace: string) => boolean) | undefined;
}

/** What the client of a session has when it comes back to another run of the server. */
export interface Possessions {
  /** The highest number of a plain booking that it has; it has all before, but for those that it has given back. */
  readonly lastBooking: number;
  readonly givenBack: readonly number[];
  /** The highest number of a lease that it has ever seen. */
  readonly lastLease: number;
  readonly leases: ReadonlySet<number>;
}

/** Who a client is, as the space sees it: what it has opened, owns, waits for and has booked. */
export class Session {
  receiver: Receiver;
  /** Where the client is, for listings; a byte string. */
  peer: string;
  readonly leaseOver: number;
  /** See `SessionOptions`. */
  sees: (workspace: string) => boolean;
  /** See `Holder`. */
  readonly number: number;
  readonly #plainKind: BookingKind;
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

  constructor(number: number, receiver: Receiver, peer: string, options: SessionOptions = {}) {
    this.number = number;
    this.#plainKind = options.takesBySending === true ? "sent" : "booking";
    this.receiver = receiver;
    this.peer = peer;
    this.leaseOver = options.leaseOver ?? Infinity;
    this.sees = options.sees ?? seesAll;
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

  /** Of an earlier run: books again what it had booked. In any order; before anything else is booked. */
  bookAgain(held: readonly { readonly booking: Booking; readonly holder: Holder }[]): void {
    const plain = held.filter(({ holder }) => holder.kind !== "lease");
    if (plain.length > 0) {
      this.#confirmed = plain.reduce((least, { holder }) => Math.min(least, holder.number), Infinity) - 1;
    }
    for (const { booking, holder } of plain) {
      this.#bookings[holder.number - this.#confirmed - 1] = booking;
    }
    for (const { booking, holder } of held) {
      if (holder.kind === "lease") {
        this.leases.set(holder.number, booking);
      }
    }
  }

  /** The client goes on with these (its plain bookings have been confirmed): forgets what else is booked, and returns that. */
  takeUnpossessed({ lastBooking, lastLease, leases }: Possessions): Booking[] {
    const taken = this.#bookings.slice(this.#head).filter((booking) => booking !== undefined);
    this.#bookings = [];
    this.#head = 0;
    // Numbers that the client has seen must not be given to anything else.
    this.#confirmed = Math.max(this.#confirmed, lastBooking);
    this.#lastLease = Math.max(this.#lastLease, lastLease);
    for (const [number, booking] of this.leases) {
      this.#lastLease = Math.max(this.#lastLease, number);
      if (!leases.has(number)) {
        taken.push(booking);
        this.leases.delete(number);
      }
    }
    return taken;
  }

  /** This session as the holder of a booking, or of a lease. */
  holder(isLease: boolean, number: number): Holder {
    return { session: this.number, kind: isLease ? "lease" : this.#plainKind, number };
  }

  /** All that is booked, with what the journal says of it. */
  *held(): Generator<{ readonly booking: Booking; readonly holder: Holder }> {
    for (let at = this.#head; at < this.#bookings.length; at++) {
      const booking = this.#bookings[at];
      if (booking !== undefined) {
        yield { booking, holder: this.holder(false, this.#confirmed + at - this.#head + 1) };
      }
    }
    for (const [number, booking] of this.leases) {
      yield { booking, holder: this.holder(true, number) };
    }
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

function seesAll(): boolean {
  return true;
}
