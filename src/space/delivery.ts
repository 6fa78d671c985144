import { CHANGE_BYTES } from "./journal.ts";
import type { Expiries } from "./expiries.ts";
import type { Holdings } from "./holdings.ts";
import { notHeld } from "./refusals.ts";
import { type MutableView, NO_VALUE } from "./slab.ts";
import type { Booking, Session } from "./session.ts";
import type { Variable } from "./variable.ts";
import type { Offer, Reader, ReadOptions, Storer, Waiter } from "./waiters.ts";
import type { FailureCode } from "./failure.ts";

/** An answer of several values stops growing here, so that one request cannot fill memory. */
const MAX_ANSWER_BYTES = 1_048_576;

/** The one place where values and those who want them meet. */
export class Delivery {
  waitingCount = 0;
  readonly #holdings: Holdings;
  readonly #now: () => number;
  readonly #view: MutableView = { ...NO_VALUE };

  constructor(holdings: Holdings, now: () => number) {
    this.#holdings = holdings;
    this.#now = now;
  }

  /** Answers a read at once if it can. Returns whether it did: a failure is an answer too. */
  tryRead(session: Session, request: number, variable: Variable, how: ReadOptions): boolean {
    const index = variable.visibleTo(how);
    if (index === -1) {
      return false;
    }
    const { journal } = variable.workspace;
    if (journal !== undefined) {
      session.receiver.dependsOnJournal?.(variable.workspace.durability);
      const refusal = how.take
        ? journal.refusal(CHANGE_BYTES * Math.min(how.most, variable.freeCount), false)
        : undefined;
      if (refusal !== undefined) {
        session.receiver.failed(request, refusal.code, refusal.message);
        return true;
      }
    }
    if (!how.take) {
      this.#show(session, request, variable, how, index);
    } else if (how.after !== undefined && index <= how.after.index) {
      session.receiver.failed(
        request,
        "iterator_ended",
        `an earlier value came back to '${variable.name}': ifetch goes on only from the front`,
      );
    } else {
      this.#give(session, request, variable, how);
    }
    return true;
  }

  wait(session: Session, request: number, variable: Variable, how: ReadOptions): void {
    const since = this.#now();
    const reader: Reader = { session, request, variable, how, since, previous: undefined, next: undefined };
    if (!variable.hasWaiters) {
      variable.workspace.attended.add(variable);
    }
    (how.take ? variable.fetchers : variable.finders).add(reader);
    this.#began(reader);
    if (how.take && variable.storers.size > 0) {
      this.#holdings.roomy.add(variable); // What is handed over needs no room.
    }
  }

  /** A store waits, and what it brings is kept. */
  waitToStore(session: Session, request: number, variable: Variable, offer: Offer): void {
    const since = this.#now();
    const storer: Storer = { session, request, variable, offer, since, previous: undefined, next: undefined };
    const { leased } = offer;
    variable.workspace.attended.add(variable);
    variable.storers.add(storer);
    this.#holdings.reserve(variable, offer);
    if (leased !== undefined) {
      (leased.completions ??= new Set()).add(storer);
      leased.workspace.attended.add(leased);
    }
    this.#began(storer);
  }

  /** What a store had brought, and is not to be stored, is gone. */
  stopWaiting(waiter: Waiter): void {
    if (waiter.offer === undefined) {
      (waiter.how.take ? waiter.variable.fetchers : waiter.variable.finders).remove(waiter);
      this.#ended(waiter);
    } else {
      this.stopStoring(waiter);
      waiter.offer.values.forEach(({ file }) => file && this.#holdings.dropFile(file));
    }
  }

  /** The store waits no more; what it has brought is the caller's. */
  stopStoring(storer: Storer): void {
    const { variable, offer } = storer;
    const { leased } = offer;
    variable.storers.remove(storer);
    this.#holdings.unreserve(variable, offer);
    if (variable.storers.size > 0) {
      this.#holdings.roomy.add(variable); // The next one may want less.
    }
    if (leased?.completions?.delete(storer) === true && leased.completions.size === 0) {
      leased.completions = undefined;
      this.#holdings.forgetIfUnattended(leased);
    }
    this.#ended(storer);
  }

  /** Ends every wait for the variable, which is being deleted; and stores elsewhere that were to acknowledge a lease on a value of it. */
  failWaiters(variable: Variable, message: string): void {
    for (const list of [variable.finders, variable.fetchers, variable.storers]) {
      for (let waiter = list.first; waiter !== undefined; waiter = list.first) {
        this.fail(waiter, variable, "variable_deleted", message);
      }
    }
    for (const storer of variable.completions ?? []) {
      this.fail(storer, variable, "lease_lost", notHeld("lease", storer.offer.lease));
    }
  }

  /** A lease on a value of this variable has ended: a store that waits and was to end it fails. */
  failLost(variable: Variable): void {
    for (const storer of variable.completions ?? []) {
      const { lease } = storer.offer;
      if (!storer.session.leases.has(lease)) {
        this.fail(storer, variable, "lease_lost", notHeld("lease", lease));
      }
    }
  }

  /** Ends a wait for a reason that lies in this variable. */
  fail(waiter: Waiter, { workspace }: Variable, code: FailureCode, message: string): void {
    this.stopWaiting(waiter);
    if (workspace.journal !== undefined) {
      waiter.session.receiver.dependsOnJournal?.(workspace.durability);
    }
    waiter.session.receiver.failed(waiter.request, code, message);
  }

  /**
   * Values became free: every finder that may see one gets it, then fetchers take, first come, first served. As nobody waits
   * for a value that was free before (see `Variable`), what they get is what became free.
   */
  settle(variable: Variable): void {
    if (!variable.hasWaiters) {
      return;
    }
    let waiter = variable.finders.first;
    while (waiter !== undefined) {
      const next = waiter.next as Reader | undefined;
      if (variable.visibleTo(waiter.how) !== -1) {
        this.stopWaiting(waiter);
        this.tryRead(waiter.session, waiter.request, variable, waiter.how);
      }
      waiter = next;
    }
    while (variable.freeCount > 0) {
      const fetcher = variable.fetchers.first;
      if (fetcher === undefined) {
        return;
      }
      this.stopWaiting(fetcher);
      this.tryRead(fetcher.session, fetcher.request, variable, fetcher.how);
    }
  }

  /**
   * Booked values of one variable go back to their old places, all of them first; then they count as stored. Those whose time has
   * passed meanwhile are gone. `areLost`: their session has ended, or the time of their lease. That counts as a delivery; what a session gives back by itself was never delivered.
   */
  giveBack(variable: Variable, indices: number[], areLost: boolean): void {
    if (variable.isDeleted) {
      return;
    }
    variable.workspace.bookedCount -= indices.length;
    const staying = variable.expiries === undefined ? indices : this.#dropExpired(variable, variable.expiries, indices);
    if (areLost) {
      variable.countReturns(staying);
    }
    const sorted = staying.sort((a, b) => a - b);
    const { journal } = variable.workspace;
    if (journal !== undefined) {
      for (const index of sorted) {
        variable.forgetHolder(index);
        journal.returned(variable.id, index, areLost);
      }
    }
    for (const index of variable.order!.giveBack(sorted)) {
      this.#holdings.remove(variable, index);
    }
    this.settle(variable);
  }

  giveBackAll(bookings: Iterable<Booking>, areLost: boolean): void {
    const byVariable = new Map<Variable, number[]>();
    for (const { variable, index } of bookings) {
      const indices = byVariable.get(variable);
      if (indices === undefined) {
        byVariable.set(variable, [index]);
      } else {
        indices.push(index);
      }
    }
    for (const [variable, indices] of byVariable) {
      this.giveBack(variable, indices, areLost);
    }
  }

  #began(waiter: Waiter): void {
    const { variable, session, request } = waiter;
    session.waits.set(request, waiter);
    variable.workspace.waitingCount++;
    this.waitingCount++;
  }

  #ended({ variable, session, request }: Waiter): void {
    session.waits.delete(request);
    variable.workspace.waitingCount--;
    this.waitingCount--;
    if (!variable.hasWaiters) {
      this.#holdings.forgetIfUnattended(variable);
    }
  }

  /** Returns the others. */
  #dropExpired(variable: Variable, expiries: Expiries, indices: readonly number[]): number[] {
    const now = this.#holdings.agenda.now();
    return indices.filter((index) => {
      const isOver = expiries.get(index) <= now;
      if (isOver) {
        this.#holdings.remove(variable, index);
      }
      return !isOver;
    });
  }

  #show(session: Session, request: number, variable: Variable, how: ReadOptions, first: number): void {
    const order = variable.order!;
    let answered = 0;
    let left = how.iterate && order.isIterable ? how.most : 1;
    let index = first;
    while (index !== -1) {
      this.#read(variable, index, 0);
      answered += this.#length;
      left--;
      const next = left > 0 && answered < MAX_ANSWER_BYTES ? order.after(index) : -1;
      session.receiver.value(request, this.#view, 0, 0, next !== -1);
      index = next;
    }
  }

  #give(session: Session, request: number, variable: Variable, how: ReadOptions): void {
    const order = variable.order!;
    let answered = 0;
    let left = how.most;
    let more = true;
    let onLease = how.lease;
    while (more) {
      const index = order.take();
      variable.countFetched();
      this.#read(variable, index, variable.returnsOf(index) + 1);
      const length = this.#length;
      answered += length;
      left--;
      more = left > 0 && answered < MAX_ANSWER_BYTES && order.count > 0;
      // What follows a value over the limit in an answer arrives after it, so later than its number would say: lease too.
      onLease ||= length > session.leaseOver;
      const number = onLease ? session.lease(variable, index) : session.book(variable, index);
      if (variable.workspace.journal !== undefined) {
        const holder = session.holder(onLease, number);
        variable.setHolder(index, holder);
        variable.workspace.journal.booked(variable.id, index, holder);
      }
      session.receiver.value(request, this.#view, onLease ? 0 : number, onLease ? number : 0, more);
    }
  }

  /** Bytes of the value that was read last, wherever they are. */
  get #length(): number {
    const { start, end, file } = this.#view;
    return file === undefined ? end - start : file.length;
  }

  #read(variable: Variable, index: number, deliveries: number): void {
    variable.table.read(index, this.#view);
    this.#view.deliveries = deliveries;
    this.#view.metadata = variable.metadata?.get(index);
    this.#view.variableId = variable.id;
  }
}
