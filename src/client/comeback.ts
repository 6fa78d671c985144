import type { ReconnectPolicy } from "./reconnect.ts";
import type { Dialer, Timer } from "./transport.ts";

/** An attempt that has come to nothing after so long is given up for a new one. */
const ATTEMPT_MS = 5000;

/** Of a session that is being closed: so long it may take to say goodbye. */
const LAST_TRY_MS = 1000;

export interface ComebackUser {
  /** Begins an attempt. `attemptFailed` or `succeeded` is to be called when it is known how it went. */
  dialAgain(): void;
  /** The attempt takes too long. `attemptFailed` is to be called. */
  giveUpAttempt(reason: string): void;
  /** The time is over. Called last. */
  cameTooLate(reason: string): void;
}

/**
 * When a client tries to get its connection back, and for how long. *Away* from `begin` until `succeeded`; while away there is
 * an attempt under way or a timer for the next one.
 */
export class Comeback {
  readonly #dialer: Dialer;
  readonly #policy: ReconnectPolicy;
  readonly #graceMs: number;
  readonly #user: ComebackUser;
  #isAway = false;
  /** The session is being closed: an attempt that fails is the last one. */
  #isLeaving = false;
  #isHeld = true;
  #failures = 0;
  #reason = "";
  /** When it is too late. */
  #limit: Timer | undefined;
  /** For the next attempt, or against one that takes too long. */
  #timer: Timer | undefined;
  #isTrying = false;

  /** `graceMs`: as granted by the server. */
  constructor(dialer: Dialer, policy: ReconnectPolicy, graceMs: number, user: ComebackUser) {
    this.#dialer = dialer;
    this.#policy = policy;
    this.#graceMs = graceMs;
    this.#user = user;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** The connection broke: tries at once. */
  begin(reason: string): void {
    this.#isAway = true;
    this.#failures = 0;
    this.#reason = reason;
    this.#setLimit();
    this.#try();
  }

  attemptFailed(reason: string): void {
    this.#stopTimer();
    this.#isTrying = false;
    if (this.#isLeaving) {
      this.#tooLate(reason);
      return;
    }
    const { backoffMs, maxBackoffMs } = this.#policy;
    const most = Math.min(maxBackoffMs, backoffMs * 2 ** this.#failures++);
    this.#reason = reason;
    // At random: clients that lost one server must not come back all at once, again and again.
    this.#timer = this.#after(Math.ceil(most * (0.5 + this.#dialer.random() / 2)), () => this.#try());
  }

  succeeded(): void {
    this.stop();
  }

  /** The session is being closed: whoever is away makes one more attempt, now. */
  leave(): void {
    if (this.#isLeaving) {
      return;
    }
    this.#isLeaving = true;
    if (this.#isAway) {
      this.#setLimit();
      if (!this.#isTrying) {
        this.#stopTimer();
        this.#try();
      }
    }
  }

  /** No more attempts. */
  stop(): void {
    this.#isAway = false;
    this.#isTrying = false;
    this.#stopTimer();
    this.#limit?.cancel();
    this.#limit = undefined;
  }

  /** Whether it keeps the program running. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const timer of [this.#timer, this.#limit]) {
      if (isHeld) {
        timer?.ref();
      } else {
        timer?.unref();
      }
    }
  }

  #try(): void {
    this.#isTrying = true;
    this.#timer = this.#after(ATTEMPT_MS, () => {
      this.#user.giveUpAttempt(`no answer within ${ATTEMPT_MS} ms`);
    });
    this.#user.dialAgain();
  }

  #setLimit(): void {
    this.#limit?.cancel();
    const ms = this.#isLeaving ? Math.min(LAST_TRY_MS, this.#graceMs) : this.#graceMs;
    this.#limit = this.#after(ms, () => {
      this.#tooLate(`${this.#reason}; it did not come back within ${ms} ms`);
    });
  }

  #tooLate(reason: string): void {
    this.stop();
    this.#user.cameTooLate(reason);
  }

  #after(ms: number, callback: () => void): Timer {
    const timer = this.#dialer.after(ms, callback);
    if (!this.#isHeld) {
      timer.unref();
    }
    return timer;
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
