import type { KeptSessionFacts } from "./journal/record-format.ts";

/**
 * What is kept of a session that outlives the server: who it is, and which of its requests must not be done again.
 *
 * After a restart its client sends every request once more that was not answered. What a request did may be kept all the same: so
 * those that must not be done twice are noted together with what they do. A request is known by its number and its *serial*, how many the
 * session had made by then. A number is used again only when its answer has come, so the last serial of each number is all there is to know.
 */
export class KeptSession {
  readonly facts: KeptSessionFacts;
  readonly #done: Map<number, number>;

  constructor(facts: KeptSessionFacts, done: ReadonlyMap<number, number> = new Map()) {
    this.facts = facts;
    this.#done = new Map(done);
  }

  /** Serials of what has been done, by number of the request. */
  get done(): ReadonlyMap<number, number> {
    return this.#done;
  }

  noteDone(request: number, serial: number): void {
    this.#done.set(request, serial);
  }

  /** Whether this very request has been done already. Another one with its number takes its place. */
  wasDone(request: number, serial: number): boolean {
    const done = this.#done.get(request);
    if (done === undefined || done === serial) {
      return done === serial;
    }
    this.#done.delete(request);
    return false;
  }
}
