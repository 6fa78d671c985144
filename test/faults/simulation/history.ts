/** What is wrong, for people. */
export type Violation = string;

/** One session of one client, as far as a history needs it. Times are milliseconds of the simulated world. */
export interface SessionRecord {
  readonly number: number;
  /** Which process of the server it belongs to; 0 before that is known. */
  run: number;
  /** The one in which it opened `brief`, later perhaps: it may outlive its first; 0 before that is known. */
  briefRun: number;
  /** It ended within this: by `close`, with its client, or with its server. */
  endsFrom: number;
  endsBy: number;
  /** `close` was answered: all that it had received is confirmed. */
  isClosed: boolean;
}

export type Mode = "fifo" | "lifo" | "multi" | "single";

/**
 * A workspace: `kept` lives through all processes of the server, `brief` through one (nobody owns it), and `own` is another one for each
 * session, which owns it and alone uses it.
 */
export type Place = "kept" | "brief" | "own";

export interface VariableKey {
  readonly place: Place;
  readonly name: string;
  readonly mode: Mode;
}

export type Kind =
  /** Puts `values`, all or none, in this order. */
  | "store"
  /** Takes `values`; "nothing" when there was none (in the time that it had). */
  | "fetch"
  /** Looks at `values`, or at nothing. */
  | "find"
  /** The same from an iterator, which has given `after` before. */
  | "walk"
  | "delete"
  /** What ends a lease: the value is gone, or back. */
  | "ack"
  | "release"
  /** Everything else, of which only the answer counts. */
  | "other";

/** One operation. What is not known of its outcome may or may not have happened, until the session has ended. */
export interface Operation {
  readonly kind: Kind;
  /** Operations of a session have ascending numbers, in the order in which it sent them. */
  readonly number: number;
  readonly session: SessionRecord;
  readonly key: VariableKey | undefined;
  readonly invokedAt: number;
  /** When the answer came; Infinity when none did. */
  settledAt: number;
  outcome: "pending" | "done" | "nothing" | "refused" | "unknown";
  /** It may wait for a value for ever. */
  readonly waits: boolean;
  values: readonly string[];
  /** Of a fetch on lease: what became of the lease, as far as the program did something about it. */
  isLeased: boolean;
  end: Operation | undefined;
  /** Of a fetch on lease with a time limit: the lease is certainly over by then. */
  overBy: number;
  /** Before that nothing that it has to do with can be over by itself: what is refused earlier is refused without a reason. */
  readonly refusableFrom: number;
  readonly after: string | undefined;
  /** The server was restarted meanwhile, and it was asked again: what a fetch had been given before went back. */
  outlivedServer: boolean;
  /** It still waited when everything had come to rest: between these times. */
  restedFrom: number;
  restedTo: number;
}

/** All that clients did and saw. */
export class History {
  readonly operations: Operation[] = [];
  readonly sessions: SessionRecord[] = [];
  readonly violations: Violation[] = [];
  #values = 0;

  addSession(): SessionRecord {
    const number = this.sessions.length + 1;
    const session = { number, run: 0, briefRun: 0, endsFrom: 0, endsBy: Infinity, isClosed: false };
    this.sessions.push(session);
    return session;
  }

  begin(
    kind: Kind,
    session: SessionRecord,
    key: VariableKey | undefined,
    invokedAt: number,
    more: Partial<Pick<Operation, "values" | "waits" | "isLeased" | "refusableFrom" | "after">> = {},
  ): Operation {
    const operation: Operation = {
      kind,
      number: this.operations.length + 1,
      session,
      key,
      invokedAt,
      settledAt: Infinity,
      outcome: "pending",
      waits: false,
      values: [],
      isLeased: false,
      end: undefined,
      overBy: Infinity,
      refusableFrom: Infinity,
      after: undefined,
      outlivedServer: false,
      restedFrom: Infinity,
      restedTo: Infinity,
      ...more,
    };
    this.operations.push(operation);
    return operation;
  }

  /** A value like no other: some are long. */
  newValue(bytes: number): string {
    return `${++this.#values}:`.padEnd(bytes, "x");
  }

  violated(what: Violation): void {
    this.violations.push(what);
  }
}

/** A value, for messages. */
export function nameOf(value: string): string {
  return value.slice(0, value.indexOf(":"));
}

/** An operation, for messages. */
export function describe(operation: Operation): string {
  const { kind, session, key, invokedAt, settledAt, outcome, values, number, isLeased } = operation;
  const where = key === undefined ? "" : ` ${key.place}.${key.name} (${key.mode})`;
  const what = values.map(nameOf).join(" ");
  const times = `${invokedAt.toFixed(2)} to ${settledAt.toFixed(2)}`;
  return `#${number} ${kind}${isLeased ? " on lease" : ""}${where} [${what}] ${outcome} in session ${session.number} (run ${session.run}), ${times}`;
}
