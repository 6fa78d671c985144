import type { Session, Space } from "../space/index.ts";
import type { Deadline, Deadlines, DeadlineTarget } from "./deadlines.ts";

/**
 * When a session's leases end by themselves: the space has no clock. One that is over for another reason (its variable was deleted) may
 * be here until its time has come; then nothing happens.
 */
export class LeaseLimits implements DeadlineTarget {
  readonly #space: Space;
  readonly #member: Session;
  readonly #deadlines: Deadlines;
  readonly #attempt: (where: string, act: () => void) => void;
  readonly #byLease = new Map<number, Deadline>();

  /** `attempt`: runs what the end of a lease leads to. */
  constructor(space: Space, member: Session, deadlines: Deadlines, attempt: (where: string, act: () => void) => void) {
    this.#space = space;
    this.#member = member;
    this.#deadlines = deadlines;
    this.#attempt = attempt;
  }

  /** From now on the lease lasts so long, whatever it was before; 0: until somebody ends it. */
  set(lease: number, limitMs: number): void {
    this.#forget(lease);
    if (limitMs > 0) {
      this.#byLease.set(lease, this.#deadlines.add(limitMs, this, lease));
    }
  }

  /** To be called when a lease may have ended otherwise. */
  forgetIfOver(lease: number): void {
    if (!this.#member.leases.has(lease)) {
      this.#forget(lease);
    }
  }

  expire(lease: number): void {
    this.#byLease.delete(lease);
    this.#attempt("the end of a lease", () => {
      this.#space.expire(this.#member, lease);
    });
  }

  /** Forgets all of them. */
  clear(): void {
    for (const deadline of this.#byLease.values()) {
      this.#deadlines.cancel(deadline);
    }
    this.#byLease.clear();
  }

  #forget(lease: number): void {
    const deadline = this.#byLease.get(lease);
    if (deadline !== undefined) {
      this.#byLease.delete(lease);
      this.#deadlines.cancel(deadline);
    }
  }
}
