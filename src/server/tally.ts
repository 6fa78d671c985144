import { TimeBuckets } from "../log/index.ts";
import { Verb } from "../wire/verbs.ts";

export type { TimeBuckets } from "../log/index.ts";

/** What an answer to a request says. The names are those that are shown. */
export const Outcome = { done: 0, value: 1, none: 2, failed: 3 } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

const outcomeNames = Object.keys(Outcome) as (keyof typeof Outcome)[];

/** Numbers that no verb of the multiplexed protocol has: for `deadman` of the classic one, and for what is no verb. */
export const DEADMAN_VERB = 63;
export const NO_VERB = 0;

/** Verbs without their upper bits. */
const MOST_VERBS = 64;

const verbNames = new Map<number, string>([
  ...Object.entries(Verb).map(([name, verb]) => [verb, name] as const),
  [DEADMAN_VERB, "deadman"],
]);

/** Why a client was not let in. */
export type NotLetInReason = "unknown_client" | "wrong_token" | "bad_login" | "needs_tls" | "too_many_attempts";

/** Why a connection was refused, whoever came. */
export type RefusedConnection = "server_full" | "address_full" | "token_full" | "too_fast";

/** In seconds: what it takes to handle a request, from what memory allows to what a disk in trouble does. */
const HANDLING_BOUNDS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** In seconds: how long programs wait for each other. */
const WAITING_BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600];

/** Counts by name. */
export class Counts<Name extends string = string> {
  readonly #byName = new Map<Name, number>();

  add(name: Name, count = 1): void {
    this.#byName.set(name, this.of(name) + count);
  }

  of(name: Name): number {
    return this.#byName.get(name) ?? 0;
  }

  [Symbol.iterator](): IterableIterator<[Name, number]> {
    return this.#byName.entries();
  }
}

/** The answers given to clients of one protocol, by verb and outcome. To count one is an increment in an array. */
export class Answers {
  readonly #counts = new Float64Array(MOST_VERBS * outcomeNames.length);

  /** `verb`: without its upper bits. */
  add(verb: number, outcome: Outcome): void {
    this.#counts[(verb % MOST_VERBS) * outcomeNames.length + outcome]!++;
  }

  /** Those that there were. Numbers that are no verb's are one: `unknown`. */
  *[Symbol.iterator](): Generator<{ readonly verb: string; readonly outcome: string; readonly count: number }> {
    for (const [at, outcome] of outcomeNames.entries()) {
      let unknown = 0;
      for (let verb = 0; verb < MOST_VERBS; verb++) {
        const count = this.#counts[verb * outcomeNames.length + at]!;
        const name = verbNames.get(verb);
        if (name === undefined) {
          unknown += count;
        } else if (count > 0) {
          yield { verb: name, outcome, count };
        }
      }
      if (unknown > 0) {
        yield { verb: "unknown", outcome, count: unknown };
      }
    }
  }
}

/** What a server counts for whoever watches it. Nothing is counted by a name that programs choose. */
export class Tally {
  readonly answers = { classic: new Answers(), multiplexed: new Answers() } as const;
  /** Answers of both protocols that say why not, by failure code. */
  readonly failures = new Counts();
  /** From the arrival of bytes until what is to be said to them was given to the socket; one arrival in sixteen is timed. */
  readonly handling = new TimeBuckets(HANDLING_BOUNDS);
  /** How long requests waited that had to, for a value or for room, however that ended. */
  readonly waiting = new TimeBuckets(WAITING_BOUNDS);
  readonly notLetIn = new Counts<NotLetInReason>();
  readonly refusedConnections = new Counts<RefusedConnection>();
  /** Bytes that came from connections which are gone, and went to them. */
  bytesIn = 0;
  bytesOut = 0;
}
