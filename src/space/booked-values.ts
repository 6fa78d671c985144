import type { Delivery } from "./delivery.ts";
import type { Holdings } from "./holdings.ts";
import { CHANGE_BYTES } from "./journal.ts";
import type { Keeping } from "./keeping.ts";
import { fail, notHeld } from "./refusals.ts";
import type { Booking, Session } from "./session.ts";

/** What becomes of values that sessions have booked. */
export class BookedValues {
  readonly #holdings: Holdings;
  readonly #delivery: Delivery;
  readonly #keeping: Keeping;

  constructor(holdings: Holdings, delivery: Delivery, keeping: Keeping) {
    this.#holdings = holdings;
    this.#delivery = delivery;
    this.#keeping = keeping;
  }

  /** All plain bookings with numbers up to `upTo` are gone. */
  confirm(session: Session, upTo: number): void {
    let booking = session.confirmNext(upTo);
    while (booking !== null) {
      if (booking !== undefined) {
        this.consume(booking);
      }
      booking = session.confirmNext(upTo);
    }
  }

  ack(session: Session, request: number, lease: number): void {
    const booking = session.leases.get(lease);
    if (booking === undefined || booking.variable.isDeleted) {
      session.leases.delete(lease);
      return fail(session, request, "lease_lost", notHeld("lease", lease));
    }
    this.#keeping.noteDependence(session, booking.variable.workspace);
    if (this.#keeping.isRefused(session, request, booking.variable.workspace, CHANGE_BYTES, false)) {
      return;
    }
    session.leases.delete(lease);
    this.consume(booking);
    session.receiver.done(request);
    this.#delivery.failLost(booking.variable);
  }

  /**
   * Whether the lease is still held, as an answer; it is returned, too. (How long it is to last from now on is for the caller to
   * watch, who has a clock.)
   */
  extend(session: Session, request: number, lease: number): boolean {
    const booking = session.leases.get(lease);
    if (booking === undefined || booking.variable.isDeleted) {
      session.leases.delete(lease);
      fail(session, request, "lease_lost", notHeld("lease", lease));
      return false;
    }
    session.receiver.done(request);
    return true;
  }

  /** The time of a lease is over: its value goes back to its old place, which counts as a delivery. Nothing happens when it is not held (any more). */
  expire(session: Session, lease: number): void {
    const booking = session.takeLease(lease);
    if (booking !== undefined && !booking.variable.isDeleted) {
      this.#delivery.giveBack(booking.variable, [booking.index], true);
      this.#delivery.failLost(booking.variable);
    }
  }

  /** Puts one booked value back in its old place. */
  release(session: Session, request: number, kind: "booking" | "lease", number: number): void {
    const booking = kind === "lease" ? session.takeLease(number) : session.takeBooking(number);
    if (booking === undefined || booking.variable.isDeleted) {
      if (kind === "booking") {
        // It may have gone back when the session was regained; until that is safe its client must be able to say so again.
        this.#keeping.noteDependenceOnAll(session);
      }
      return fail(session, request, "lease_lost", notHeld(kind, number));
    }
    this.#keeping.noteDependence(session, booking.variable.workspace);
    this.#delivery.giveBack(booking.variable, [booking.index], false);
    session.receiver.done(request);
    this.#delivery.failLost(booking.variable);
  }

  /** The value is gone for good. */
  consume({ variable, index }: Booking): void {
    if (!variable.isDeleted) {
      variable.workspace.bookedCount--;
      this.#holdings.remove(variable, index);
    }
  }
}
