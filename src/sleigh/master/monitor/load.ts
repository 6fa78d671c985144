const SLOT_MS = 1000;
const SLOTS = 5;

/** How busy a worker is and was, from when its chunks began and ended. */
export class Load {
  readonly #since: number;
  /** Busy milliseconds of a second each; `#slotOf` says of which. */
  readonly #busy = new Float64Array(SLOTS);
  readonly #slotOf = new Float64Array(SLOTS).fill(-1);
  #totalMs = 0;

  constructor(since: number) {
    this.#since = since;
  }

  get totalMs(): number {
    return this.#totalMs;
  }

  add(began: number, ended: number): void {
    this.#totalMs += ended - began;
    const last = Math.floor(ended / SLOT_MS);
    for (let slot = Math.max(Math.floor(began / SLOT_MS), last - SLOTS + 1); slot <= last; slot++) {
      const start = slot * SLOT_MS;
      this.#add(slot, Math.min(ended, start + SLOT_MS) - Math.max(began, start));
    }
  }

  /** The part of all its time, until `now`. */
  share(now: number): number {
    return portion(this.#totalMs, now - this.#since);
  }

  /** The part of the last seconds. */
  recentShare(now: number): number {
    const first = Math.floor(now / SLOT_MS) - SLOTS + 1;
    let busyMs = 0;
    for (let at = 0; at < SLOTS; at++) {
      busyMs += this.#slotOf[at]! >= first ? this.#busy[at]! : 0;
    }
    return portion(busyMs, now - Math.max(this.#since, first * SLOT_MS));
  }

  #add(slot: number, busyMs: number): void {
    const at = slot % SLOTS;
    if (this.#slotOf[at] !== slot) {
      this.#slotOf[at] = slot;
      this.#busy[at] = 0;
    }
    this.#busy[at]! += busyMs;
  }
}

/** What the worker measured and what the master measured are two clocks: never more than all. */
function portion(busyMs: number, allMs: number): number {
  return allMs <= 0 ? 0 : Math.min(1, busyMs / allMs);
}
