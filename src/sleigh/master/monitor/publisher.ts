/** Between two times. */
const INTERVAL_MS = 300;
/** So long after the last change it is told once more: rates and shares of the last seconds have fallen meanwhile. */
const SETTLE_MS = 5500;

export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Calls `run` so much later, unless the function that it returns is called before. Does not keep the program running. */
  after(ms: number, run: () => void): () => void;
}

const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Calls `publish` soon after a change: a few times a second at most, never before the last call has ended, not at all when nothing changes.
 * When it fails, that was the last time.
 */
export class Publisher {
  readonly #publish: () => Promise<void>;
  readonly #clock: Clock;
  #cancel: () => void = () => undefined;
  #publishedAt = -Infinity;
  #isChanged = false;
  #isBusy = false;
  #isStopped = false;

  constructor(publish: () => Promise<void>, clock = realClock) {
    this.#publish = publish;
    this.#clock = clock;
  }

  changed(): void {
    if (!this.#isChanged) {
      this.#isChanged = true;
      this.#schedule();
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #schedule(): void {
    if (this.#isBusy || this.#isStopped) {
      return;
    }
    this.#cancel();
    const waitMs = this.#isChanged ? this.#publishedAt + INTERVAL_MS - this.#clock.now() : SETTLE_MS;
    this.#cancel = this.#clock.after(Math.max(0, waitMs), () => void this.#run());
  }

  async #run(): Promise<void> {
    const isSettling = !this.#isChanged;
    this.#isChanged = false;
    this.#isBusy = true;
    try {
      await this.#publish();
    } catch {
      this.stop(); // the sleigh is being stopped, or its server is gone: others tell that
      return;
    }
    this.#isBusy = false;
    this.#publishedAt = this.#clock.now();
    this.#goOn(isSettling);
  }

  #goOn(hasSettled: boolean): void {
    if (this.#isChanged || !hasSettled) {
      this.#schedule();
    }
  }
}
