/** A disk is quick that takes less than this on average (of the last eight or so writes that were waited for). */
const QUICK_MS = 1;
/** One write that takes so long is enough not to call it quick any more. */
const SLOW_MS = 10;
/** A disk is only tried that took less than this lately, with a thread between, as other work allowed. */
const PROMISING_MS = 5;
const LATEST_PART = 1 / 8;
/** A disk that was not quick is tried again so much later: each time twice as much, up to the most. */
const FIRST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 10_000;
/** One that was quick for so many pauses begins with the first again. */
const PAUSES_TO_TRUST = 10;
/** Longer writes take long on any disk. */
const MOST_BYTES = 65_536;

/**
 * Whether to wait for the disk where one stands, because it is quick: that takes less than to have another thread wait. A stopped disk
 * would stop all who are served; so the disk is watched, and tried now and then after it was slow (docs/decisions/0012).
 */
export class DiskPace {
  #isQuick = false;
  #averageMs = 0;
  /** What the last write took that was not waited for. */
  #elsewhereMs = Infinity;
  #pauseMs = FIRST_PAUSE_MS;
  /** Since when the disk is quick; or when it is to be tried. */
  #since = -Infinity;

  get isQuick(): boolean {
    return this.#isQuick;
  }

  /** Whether to wait for a write of so many bytes. */
  mayWait(bytes: number, now: number): boolean {
    return bytes <= MOST_BYTES && (this.#isQuick || (now >= this.#since && this.#elsewhereMs < PROMISING_MS));
  }

  /** A durable write took so long. */
  took(ms: number, now: number, wasWaitedFor: boolean): void {
    if (!wasWaitedFor) {
      this.#elsewhereMs = ms;
      return;
    }
    this.#averageMs = this.#isQuick ? this.#averageMs + (ms - this.#averageMs) * LATEST_PART : ms;
    const isQuick = ms < SLOW_MS && this.#averageMs < QUICK_MS;
    if (isQuick && !this.#isQuick) {
      this.#since = now;
    } else if (!isQuick) {
      const wasTrusted = this.#isQuick && now - this.#since >= PAUSES_TO_TRUST * this.#pauseMs;
      this.#pauseMs = wasTrusted ? FIRST_PAUSE_MS : Math.min(MOST_PAUSE_MS, 2 * this.#pauseMs);
      this.#since = now + this.#pauseMs;
      // Not tried before it has shown again what it takes.
      this.#elsewhereMs = Infinity;
    }
    this.#isQuick = isQuick;
  }
}
