import { ConnectionLostError, ClosedError, LeaseLostError } from "./errors.ts";
import type { Leased } from "./outcomes.ts";

/** What a lease needs of the workspace that it came from. */
export interface LeaseHolder {
  ack(lease: number): Promise<void>;
  release(lease: number): Promise<void>;
  complete(lease: number, name: string, value: unknown): Promise<void>;
}

/**
 * A value that was fetched on lease: nobody else sees it, and it goes back to its old place unless `ack` or `complete` says
 * that it is done with. `await using lease = …` puts it back when the block is left without either.
 */
export class Lease<T, Vars = Record<string, unknown>> implements AsyncDisposable {
  readonly value: T;
  /** How often the value was given out, this time included: more than 1 when sessions have ended that had it. (What was released does not count.) */
  readonly deliveries: number;
  readonly #holder: LeaseHolder;
  readonly #number: number;
  #isOver = false;

  /** @internal */
  constructor(holder: LeaseHolder, leased: Leased) {
    this.#holder = holder;
    this.#number = leased.lease;
    this.value = leased.value as T;
    this.deliveries = leased.deliveries;
  }

  /** Whether it was acknowledged, completed or released here. */
  get isOver(): boolean {
    return this.#isOver;
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

  /** Acknowledges, and stores `value` into variable `name` of the same workspace: both happen or neither. */
  async complete<K extends keyof Vars & string>(name: K, value: Vars[K]): Promise<void> {
    await this.#holder.complete(this.#number, name, value);
    this.#isOver = true;
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
