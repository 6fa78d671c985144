import type { Delivery } from "./delivery.ts";
import { EXPIRY_BYTES } from "./expiries.ts";
import { type Holdings, metadataBytes } from "./holdings.ts";
import { CHANGE_BYTES } from "./journal.ts";
import type { Mode, Order } from "./order.ts";
import type { FileValue } from "./receiver.ts";
import { fail } from "./refusals.ts";
import type { Booking, Session } from "./session.ts";
import { keepBytes, SMALL_VALUE_BYTES } from "./slab.ts";
import { VALUE_OVERHEAD_BYTES } from "./value-table.ts";
import { NO_LIMITS } from "./variable-limits.ts";
import type { Variable } from "./variable.ts";
import type { Offer, OfferedValue, Storer } from "./waiters.ts";
import type { SpaceLimits } from "./space-limits.ts";

/** What is said of a store beside its values. */
export interface StoreOptions {
  /** How long its values stay after they were stored, in milliseconds; Infinity: for ever. `undefined`: as the variable says. */
  readonly ttlMs: number | undefined;
  /** Whether it waits when there is no room in a variable that blocks; else it fails. */
  readonly wait: boolean;
  /** What goes with each of its values, for whoever reads them: a byte string. Default: nothing. */
  readonly metadata?: string | undefined;
}

export const PLAIN_STORE: StoreOptions = { ttlMs: undefined, wait: true };

/**
 * How values come into variables: at once, or when there is room. Stores that wait are let in first come, first served, so none passes one
 * that waits already, even if there is room for it. A value for which a fetcher waits needs no room: it is given away at once.
 */
export class Intake {
  readonly #holdings: Holdings;
  readonly #delivery: Delivery;
  readonly #seed: number;
  readonly #limits: Pick<SpaceLimits, "maxWaiting">;

  constructor(holdings: Holdings, delivery: Delivery, seed: number, limits: Pick<SpaceLimits, "maxWaiting">) {
    this.#holdings = holdings;
    this.#delivery = delivery;
    this.#seed = seed;
    this.#limits = limits;
  }

  /** Adds a value, whether or not there is room. `expiresAt`: 0 for one that stays. */
  add(
    variable: Variable,
    descriptor: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    expiresAt: number,
    metadata?: string,
  ): void {
    const order = this.#orderOf(variable);
    const index = order.allocate();
    this.#holdings.put(variable, index, descriptor, bytes, start, end);
    this.#added(variable, order, index, expiresAt, metadata);
  }

  addFile(variable: Variable, descriptor: number, file: FileValue, expiresAt: number, metadata?: string): void {
    const order = this.#orderOf(variable);
    const index = order.allocate();
    this.#holdings.putFile(variable, index, descriptor, file);
    this.#added(variable, order, index, expiresAt, metadata);
  }

  setMode(variable: Variable, mode: Mode, seed: number): Order {
    variable.workspace.journal?.modeSet(variable.id, mode);
    return variable.setMode(mode, seed);
  }

  /**
   * Answers a store into a variable with limits, or of values that expire: at once, or when there is room. `lease`: one that it acknowledges;
   * the session holds it, on a value of `leased`.
   */
  offer(
    session: Session,
    request: number,
    variable: Variable,
    values: readonly OfferedValue[],
    { ttlMs, wait, metadata }: StoreOptions,
    lease = 0,
    leased?: Variable,
  ): void {
    const bytes = bytesOf(values);
    const limits = variable.limits ?? NO_LIMITS;
    const isIn =
      variable.storers.size === 0 &&
      !isTooMuch(variable, values.length, bytes) &&
      this.#makesRoom(variable, values, bytes, session.leases.get(lease));
    if (isIn) {
      this.#store(session, request, variable, values, ttlMs, lease, metadata);
      return;
    }
    const reason = isTooMuch(variable, values.length, bytes)
      ? "never"
      : limits.whenFull !== "block" || !wait
        ? "full"
        : this.#delivery.waitingCount >= this.#limits.maxWaiting
          ? "crowd"
          : undefined;
    if (reason === undefined) {
      this.#delivery.waitToStore(session, request, variable, offerOf(values, bytes, ttlMs, metadata, lease, leased));
      return;
    }
    this.#drop(values);
    if (reason === "crowd") {
      fail(session, request, "too_many_waiting", `${this.#limits.maxWaiting} requests wait on this server already`);
    } else {
      refuse(session, request, variable, reason === "never", values.length, bytes);
    }
  }

  /** Lets in those who wait and for whom there is room now. To be called when a request is done. */
  admit(): void {
    for (const variable of this.#holdings.roomy) {
      this.#holdings.roomy.delete(variable);
      let storer = variable.storers.first;
      while (storer !== undefined && this.#admitOne(storer)) {
        storer = variable.storers.first;
      }
    }
  }

  /** Whether there is room for the first store that waits: never, when a request is done. */
  hasRoomForFirst(variable: Variable): boolean {
    const first = variable.storers.first;
    return first !== undefined && isRoom(variable, first.offer.values, first.offer.bytes, leasedBy(first));
  }

  /** Returns whether the store waits no more. */
  #admitOne(storer: Storer): boolean {
    const { session, request, variable, offer } = storer;
    const { values, bytes, ttlMs, metadata, lease } = offer;
    const { journal } = variable.workspace;
    const { whenFull } = variable.limits ?? NO_LIMITS;
    const isNever = isTooMuch(variable, values.length, bytes);
    const isIn = !isNever && this.#makesRoom(variable, values, bytes, leasedBy(storer));
    if (!isIn && !isNever && whenFull === "block") {
      return false;
    }
    const refusal = isIn ? journal?.refusal(offer.memoryBytes + values.length * CHANGE_BYTES, true) : undefined;
    this.#delivery.stopStoring(storer);
    for (const workspace of [variable.workspace, offer.leased?.workspace]) {
      if (workspace?.journal !== undefined) {
        session.receiver.dependsOnJournal?.(workspace.durability);
      }
    }
    if (refusal !== undefined) {
      this.#drop(values);
      fail(session, request, refusal.code, refusal.message);
    } else if (!isIn) {
      this.#drop(values);
      refuse(session, request, variable, isNever, values.length, bytes);
    } else {
      this.#store(session, request, variable, values, ttlMs, lease, metadata);
    }
    return true;
  }

  #store(
    session: Session,
    request: number,
    variable: Variable,
    values: readonly OfferedValue[],
    ttlMs: number | undefined,
    lease: number,
    metadata: string | undefined,
  ): void {
    const leased = lease === 0 ? undefined : session.takeLease(lease);
    if (leased !== undefined) {
      leased.variable.workspace.bookedCount--;
      this.#holdings.remove(leased.variable, leased.index);
    }
    const ttl = ttlMs ?? variable.limits?.ttlMs ?? Infinity;
    const expiresAt = ttl === Infinity ? 0 : Math.ceil(this.#holdings.agenda.now() + ttl);
    for (const { descriptor, bytes, start, end, file } of values) {
      if (file === undefined) {
        this.add(variable, descriptor, bytes, start, end, expiresAt, metadata);
      } else {
        this.addFile(variable, descriptor, file, expiresAt, metadata);
      }
    }
    session.receiver.done(request);
    if (leased !== undefined) {
      this.#delivery.failLost(leased.variable);
    }
  }

  /** Whether there is room, or could be made: then it has been. */
  #makesRoom(variable: Variable, values: readonly OfferedValue[], bytes: number, leased: Booking | undefined): boolean {
    if (isRoom(variable, values, bytes, leased)) {
      return true;
    }
    if (variable.limits?.whenFull !== "dropOldest") {
      return false;
    }
    // Booked values are spared: where only these are left the new one is stored beside them.
    while (variable.freeCount > 0 && !isRoom(variable, values, bytes, leased)) {
      this.#holdings.remove(variable, variable.order!.takeOldest());
    }
    return true;
  }

  #orderOf(variable: Variable): Order {
    return variable.order ?? this.setMode(variable, "fifo", this.#seed);
  }

  #added(variable: Variable, order: Order, index: number, expiresAt: number, metadata: string | undefined): void {
    if (metadata !== undefined) {
      this.#holdings.setMetadata(variable, index, metadata);
    }
    if (expiresAt > 0) {
      this.#holdings.setExpiry(variable, index, expiresAt);
    }
    const replaced = order.add(index);
    if (replaced !== -1) {
      this.#holdings.remove(variable, replaced);
    }
    this.#delivery.settle(variable);
  }

  #drop(values: readonly OfferedValue[]): void {
    values.forEach(({ file }) => file && this.#holdings.dropFile(file));
  }
}

function leasedBy({ session, offer }: Storer): Booking | undefined {
  return session.leases.get(offer.lease);
}

/** Whether so much can never be in the variable. */
function isTooMuch({ limits = NO_LIMITS }: Variable, count: number, bytes: number): boolean {
  return count > limits.maxValues || bytes > limits.maxBytes;
}

/** `leased`: a value that goes when these come. */
function isRoom(
  variable: Variable,
  values: readonly OfferedValue[],
  bytes: number,
  leased: Booking | undefined,
): boolean {
  const { maxValues, maxBytes } = variable.limits ?? NO_LIMITS;
  if (maxValues === Infinity && maxBytes === Infinity) {
    return true;
  }
  // What is given away at once needs no room.
  const given = Math.min(variable.fetchers.size, values.length);
  if (given === values.length) {
    return true;
  }
  const goes = leased?.variable === variable ? variable.table.lengthOf(leased.index) : -1;
  const count = variable.table.count + values.length - given - (goes === -1 ? 0 : 1);
  const kept = variable.valueBytes + bytes - bytesOf(values.slice(0, given)) - Math.max(0, goes);
  return count <= maxValues && kept <= maxBytes;
}

function bytesOf(values: readonly OfferedValue[]): number {
  return values.reduce((sum, value) => sum + lengthOf(value), 0);
}

function lengthOf({ start, end, file }: OfferedValue): number {
  return file?.length ?? end - start;
}

/** Keeps the values for as long as they have to wait. */
function offerOf(
  values: readonly OfferedValue[],
  bytes: number,
  ttlMs: number | undefined,
  metadata: string | undefined,
  lease: number,
  leased: Variable | undefined,
): Offer {
  const fileBytes = values.reduce((sum, { file }) => sum + (file?.length ?? 0), 0);
  const overhead = VALUE_OVERHEAD_BYTES + (ttlMs === undefined ? 0 : EXPIRY_BYTES) + metadataBytes(metadata);
  return {
    values: values.map((value) => {
      const { bytes, start, end } = value;
      // (What it lies in may be used again, and only of a large value it is worth while to see whether it has its buffer for itself.)
      const kept = end - start <= SMALL_VALUE_BYTES ? bytes.slice(start, end) : keepBytes(bytes, start, end);
      return { ...value, bytes: kept, start: 0, end: kept.length };
    }),
    bytes,
    memoryBytes: bytes - fileBytes + values.length * overhead,
    fileBytes,
    ttlMs,
    metadata,
    lease,
    leased,
  };
}

function refuse(
  session: Session,
  request: number,
  variable: Variable,
  isNever: boolean,
  count: number,
  bytes: number,
): void {
  const { name, limits = NO_LIMITS } = variable;
  const most = [
    ...(limits.maxValues === Infinity ? [] : [`${limits.maxValues} values`]),
    ...(limits.maxBytes === Infinity ? [] : [`${limits.maxBytes} bytes`]),
  ].join(" and ");
  if (isNever) {
    const what = `${count} ${count === 1 ? "value" : "values"} of ${bytes} bytes`;
    fail(session, request, "value_too_large", `variable '${name}' holds at most ${most}: never ${what}`);
  } else {
    fail(session, request, "variable_full", `variable '${name}' is full: it holds at most ${most}`);
  }
}
