/** So many turns of the event loop in which nothing came, and all are there who come now. */
const QUIET_TURNS = 4;
/** Whoever came first is not kept waiting for longer. */
const MOST_MS = 0.3;

/**
 * Whether to wait for more records before a block is written. Who was answered by the last block asks for the next thing while the others'
 * answers are still being sent: so those come one by one, in turns of the event loop that are much shorter than a sync. Written
 * at once, they would share a sync with half of the others only. A single client never waits.
 */
export class Gathering {
  #count = 0;
  #quietTurns = 0;
  #beganAt = 0;
  #lastCount = 0;

  /** At the end of a turn, with so many records there: whether to look again after the next one. */
  goesOn(count: number, now: number): boolean {
    if (this.#count === 0) {
      this.#beganAt = now;
    }
    this.#quietTurns = count === this.#count ? this.#quietTurns + 1 : 0;
    this.#count = count;
    const mayCome = this.#lastCount > 1 || count > 1;
    if (mayCome && this.#quietTurns < QUIET_TURNS && now - this.#beganAt < MOST_MS) {
      return true;
    }
    this.#lastCount = count;
    this.#count = 0;
    return false;
  }
}
