/** What the variables of the workspace hold. */
export interface Vars {
  /** Find all primes below `limit`; a task is `chunkLength` numbers long. Stored once, found by every worker. */
  "prime parameters": { readonly limit: number; readonly chunkLength: number };
  /** The first number of a task: the odd numbers from there on. */
  tasks: number;
  results: { readonly start: number; readonly primes: readonly number[] };
  /** The primes of an early task, for others to find. */
  [chunk: `primes${number}`]: readonly number[];
}
