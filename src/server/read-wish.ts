/** What a read wants besides values. */
export interface ReadWish {
  /** The position of each value. */
  readonly iterates: boolean;
  /** How long after it was given out a value stays on lease; 0: until the lease is ended. */
  readonly leaseLimitMs: number;
  /** What was stored with each value. */
  readonly metadata: boolean;
}

/** Of nearly all reads. */
export const PLAIN_WISH: ReadWish = { iterates: false, leaseLimitMs: 0, metadata: false };
export const ITERATING_WISH: ReadWish = { iterates: true, leaseLimitMs: 0, metadata: false };
