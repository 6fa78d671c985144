/** The leases that a session holds, as its client knows: what it names when the server is another run. */
export class HeldLeases {
  /** The highest number of any that has come. */
  last = 0;
  readonly #held = new Set<number>();

  get numbers(): readonly number[] {
    return [...this.#held];
  }

  /** A value on this lease has come, or begins to. */
  seen(lease: number): void {
    this.last = Math.max(this.last, lease);
  }

  /** Its value is here. 0 is none. */
  add(lease: number): void {
    if (lease > 0) {
      this.#held.add(lease);
    }
  }

  remove(lease: number): void {
    this.#held.delete(lease);
  }
}
