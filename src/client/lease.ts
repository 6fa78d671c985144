import { checkLeaseLimit } from "./arguments.ts";
import { ArgumentError, ConnectionLostError, ClosedError, LeaseLostError } from "./errors.ts";
import type { StoreOptions } from "./limits.ts";
import type { Leased } from "./outcomes.ts";

/** What a lease needs of the workspace that it came from. */
export interface LeaseHolder {
  /** When the lease is over is known, or known anew. */
  limited(lease: number, expiresAt: number | undefined): void;
  ack(lease: number): Promise<void>;
  extend(lease: number, limitMs: number): Promise<void>;
  release(lease: number): Promise<void>;
  complete(lease: number, name: string, value: unknown, options: StoreOptions | undefined): Promise<void>;
}

/**
 * A value that was fetched on lease: nobody else sees it, and it goes back to its old place unless `ack` or `complete` says
 * that it is done with, or its time is over: then the server gives it to others, and every method here rejects with a LeaseLostError.
 * `await using lease = …` puts it back when the block is left without either.
 */
export class Lease<T, Vars = Record<string, unknown>> implements AsyncDisposable {
  readonly value: T;
  /** How often the value was given out, this time included: more than 1 when sessions or leases have ended that had it. (What was released does not count.) */
  readonly deliveries: number;
  readonly #holder: LeaseHolder;
  readonly #number: number;
  #isOver = false;
  /** How long it was fetched for; 0: without a time limit. */
  readonly #limitMs: number;
  #expiresAt: number | undefined;

  /** @internal */
  constructor(holder: LeaseHolder, leased: Leased, limitMs: number) {
    this.#holder = holder;
    this.#number = leased.lease;
    this.#limitMs = limitMs;
    this.#setEnd(leased.arrivedAt, limitMs);
    this.value = leased.value as T;
    this.deliveries = leased.deliveries;
  }

  /** Whether it was acknowledged, completed or released here. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * When its time is over, as `Date.now()` will have it; `undefined`: it has no time limit. It is counted from when the value came; the server
   * counts from when it gave the value out, which is earlier by as long as the value was under way. After `extend` it is never too late.
   */
  get expiresAt(): number | undefined {
    return this.#expiresAt;
  }

  /**
   * From now on it lasts `ms` milliseconds, whatever was left of it; Infinity takes the time limit away. Default: as long as it was
   * fetched for. LeaseLostError when the lease is not there any more.
   */
  async extend(ms?: number): Promise<void> {
    const where = { operation: "extend" };
    if (ms === undefined && this.#limitMs === 0) {
      const sentence =
        "extend: the lease was fetched without a time limit, so there is none to begin anew; say how many ms";
      throw new ArgumentError("bad_arguments", sentence, where);
    }
    const limitMs = ms === undefined ? this.#limitMs : checkLeaseLimit("ms", ms, where);
    const askedAt = Date.now();
    await this.#holder.extend(this.#number, limitMs);
    this.#setEnd(askedAt, limitMs);
  }

  /** The value is done with, and gone. LeaseLostError when the lease is not there any more. */
  ack(): Promise<void> {
    this.#isOver = true;
    return this.#holder.ack(this.#number);
  }

  /** Puts the value back to its old place, for others. LeaseLostError when the lease is not there any more. */
  release(): Promise<void> {
    this.#isOver = true;
    return this.#holder.release(this.#number);
  }

  /**
   * Acknowledges, and stores `value` into variable `name` of the same workspace: both happen or neither. While that waits for room the lease is
   * held; LeaseLostError if it is lost meanwhile.
   */
  async complete<K extends keyof Vars & string>(name: K, value: Vars[K], options?: StoreOptions): Promise<void> {
    await this.#holder.complete(this.#number, name, value, options);
    this.#isOver = true;
  }

  #setEnd(beginAt: number, limitMs: number): void {
    this.#expiresAt = limitMs === 0 ? undefined : beginAt + limitMs;
    this.#holder.limited(this.#number, this.#expiresAt);
  }

  /** Releases it unless it is over. A lease that was lost by itself is no error here: its value is back. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) {
      return;
    }
    try {
      await this.release();
    } catch (error) {
      const isBack =
        error instanceof LeaseLostError || error instanceof ConnectionLostError || error instanceof ClosedError;
      if (!isBack) {
        throw error;
      }
    }
  }
}
