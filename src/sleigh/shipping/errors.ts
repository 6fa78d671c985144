/**
 * A function or value that cannot travel. The message leads from the function to what cannot, for example
 * `primes.ts:12 findPrimes → captured "db" → property "connection": a Socket cannot be sent; open it on the worker with eachWorker`.
 */
export class ShippingError extends Error {
  override readonly name: string = "ShippingError";
  readonly code = "not_shippable";
  /** The way to it; `[]` if the function itself cannot be sent. */
  readonly path: readonly string[];
  /** What is wrong with it and what to do. */
  readonly reason: string;

  constructor(path: readonly string[], reason: string, options?: ErrorOptions) {
    super(path.length === 0 ? reason : `${path.join(" → ")}: ${reason}`, options);
    this.path = path;
    this.reason = reason;
  }
}

/** Something that arrived and cannot be made here: a module that is not installed, a part that is missing. */
export class RebuildError extends Error {
  override readonly name: string = "RebuildError";
  readonly code = "not_rebuildable";
}
