import type { Held, HeldChunks } from "./held-chunks.ts";
import type { Pace } from "./pace.ts";
import type { SharedState } from "./shared-state.ts";

/**
 * Chunks that wait behind one that runs at least this long go back: who knows how long it runs yet, and it may even wait for what one
 * of them is to do. Not so short that a busy machine looks like a slow task.
 */
const HOLD_MS = 250;
/** Timers may come that early. */
const EARLY_MS = 2;

export interface HoldWatchOptions {
  readonly held: HeldChunks;
  readonly shared: SharedState;
  readonly pace: Pace;
  /** Whether a chunk waits behind the one that runs. */
  readonly isWaiting: () => boolean;
  readonly giveBack: () => void;
  /** Before it looks: what has been done meanwhile is to be known. */
  readonly look: () => void;
}

/** Looks from time to time whether what is held behind the chunk that runs should go back. */
export class HoldWatch {
  readonly #options: HoldWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  /** What ran when it was last looked at, and since when it was seen. */
  #running: { readonly held: Held; readonly sinceMs: number } | undefined;

  constructor(options: HoldWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#options.look();
      if (this.#options.isWaiting()) {
        this.#look();
      }
    }, HOLD_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const { held, shared, pace, giveBack } = this.#options;
    const running = [...held].find((each) => shared.hasBegun(each.slot));
    const nowMs = performance.now();
    if (running === undefined || this.#running?.held !== running) {
      this.#running = running === undefined ? undefined : { held: running, sinceMs: nowMs };
      this.start();
    } else if (nowMs - this.#running.sinceMs >= Math.max(HOLD_MS, 2 * pace.ms(running.job, running.count)) - EARLY_MS) {
      giveBack();
    } else {
      this.start();
    }
  }
}
