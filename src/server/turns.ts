import type { Clock } from "../log/index.ts";
import type { FlushQueue } from "./flush-queue.ts";

/** So long the requests of one connection may keep the others waiting, in milliseconds. */
const TURN_MS = 0.06;

/** To look at the clock costs a tenth of a short request: so many of them go by before it is done again. */
const LOOK_EVERY = 16;

/** Who has requests left when its turn is over. */
export interface TurnTaker {
  /** Its next turn: to handle some more. Must not throw. */
  goOn(): void;
}

/**
 * Who has sent more than can be handled in one turn waits here for the next: one of them in each round of the event loop, so that between
 * two turns, of one connection or of several, everybody else is heard.
 */
export class Turns {
  readonly clock: Clock;
  readonly #flushQueue: FlushQueue;
  readonly #waiting = new Set<TurnTaker>();
  #isScheduled = false;

  constructor(clock: Clock, flushQueue: FlushQueue) {
    this.clock = clock;
    this.#flushQueue = flushQueue;
  }

  add(taker: TurnTaker): void {
    this.#waiting.add(taker);
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.clock.soon(this.#listen);
    }
  }

  remove(taker: TurnTaker): void {
    this.#waiting.delete(taker);
  }

  /** A turn has just ended, in this round: nobody else was heard since. */
  readonly #listen = (): void => {
    this.clock.soon(this.#next);
  };

  readonly #next = (): void => {
    try {
      for (const taker of this.#waiting) {
        this.#waiting.delete(taker);
        this.#flushQueue.beginReceiving();
        taker.goOn();
        this.#flushQueue.endReceiving();
        break;
      }
    } finally {
      // (Whatever happens, the others are not left waiting.)
      this.#isScheduled = this.#waiting.size > 0;
      if (this.#isScheduled) {
        this.clock.soon(this.#next);
      }
    }
  };
}

const NOT_LOOKED = -1;

/** The turn of one connection. It begins with the first look at the clock: most are over before that. */
export class Turn {
  readonly #clock: Clock;
  #endsAt = NOT_LOOKED;
  #unlooked = LOOK_EVERY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): void {
    this.#endsAt = NOT_LOOKED;
    this.#unlooked = LOOK_EVERY;
  }

  /** What was just done has taken a turn by itself. */
  end(): void {
    this.#endsAt = -Infinity;
    this.#unlooked = 1;
  }

  /** To be asked before each request: whether that belongs to the next turn. */
  get isOver(): boolean {
    if (--this.#unlooked > 0) {
      return false;
    }
    this.#unlooked = LOOK_EVERY;
    return this.look();
  }

  /** Looks at the clock: whether the turn is over. The first look begins it. */
  look(): boolean {
    const now = this.#clock.now();
    if (this.#endsAt === NOT_LOOKED) {
      this.#endsAt = now + TURN_MS;
    }
    return now >= this.#endsAt;
  }
}
