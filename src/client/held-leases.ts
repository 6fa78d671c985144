/** The leases that a session holds, as its client knows: what it names when the server is another run. */
export class HeldLeases {
  /** The highest number of any that has come. */
  last = 0;
  /** By number: when they are over, as `Date.now()` will have it; `undefined`: without a limit. */
  readonly #held = new Map<number, number | undefined>();

  get numbers(): readonly number[] {
    return [...this.#held.keys()];
  }

  /** Those that are over by themselves some time, and in how many milliseconds, at least 1. */
  *limited(): Generator<{ readonly lease: number; readonly leftMs: number }> {
    for (const [lease, expiresAt] of this.#held) {
      if (expiresAt !== undefined) {
        yield { lease, leftMs: Math.max(1, expiresAt - Date.now()) };
      }
    }
  }

  /** A value on this lease has come, or begins to. */
  seen(lease: number): void {
    this.last = Math.max(this.last, lease);
  }

  /** Its value is here. 0 is none. */
  add(lease: number): void {
    if (lease > 0) {
      this.#held.set(lease, undefined);
    }
  }

  limit(lease: number, expiresAt: number | undefined): void {
    if (this.#held.has(lease)) {
      this.#held.set(lease, expiresAt);
    }
  }

  remove(lease: number): void {
    this.#held.delete(lease);
  }
}
