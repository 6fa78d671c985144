import type { FailureCode, VariableLimits } from "../../src/space/index.ts";
import type { BookingKind, TestValue } from "./calls.ts";
import { ANY_INDEX, type Event } from "./events.ts";
import type {
  NaiveSession,
  NaiveStorer,
  NaiveValue,
  NaiveVariable,
  NaiveWaiter,
  NaiveWorkspace,
} from "./naive-variable.ts";

const MAX_ANSWER_BYTES = 1_048_576;

export interface NaiveOptions {
  readonly runId: string;
  readonly maxWaiting: number;
  readonly maxMemoryBytes: number;
  /** What values and variables cost besides their bytes: no spec says it, so the machine's figures are given. */
  readonly valueOverheadBytes: number;
  readonly variableOverheadBytes: number;
  readonly workspaceOverheadBytes: number;
  readonly expiryBytes: number;
  /** Which free value of a `multi` variable a request gets: the model follows whom it watches, and judges the choice. */
  readonly choose: (session: number, request: number, free: readonly NaiveValue[]) => NaiveValue;
  /** Which of several variables is served first when values go back to all of them: no spec says. */
  readonly rank: (variable: NaiveVariable) => number;
  /** Which free values of a `multi` variable go to make room: the model follows, likewise. */
  readonly isGone: (value: NaiveValue) => boolean;
}

interface Asker {
  readonly session: number;
  readonly request: number;
}

/** The part of the naive model where values and those who want them meet. */
export class NaiveDelivery {
  /** What came out during the last call. */
  events: Event[] = [];
  now = 1;
  readonly #options: NaiveOptions;
  readonly #workspaces: ReadonlyMap<string, NaiveWorkspace>;

  constructor(workspaces: ReadonlyMap<string, NaiveWorkspace>, options: NaiveOptions) {
    this.#workspaces = workspaces;
    this.#options = options;
  }

  /** A store: into a variable without limits, it is done at once. */
  offer(storer: NaiveStorer): void {
    const { variable, how } = storer;
    if (isTooMuch(storer)) {
      this.refuse(storer, "value_too_large");
    } else if (variable.storers.length === 0 && this.#makesRoom(storer)) {
      this.#storeAll(storer);
    } else if (variable.limits!.whenFull !== "block" || !how.wait) {
      this.refuse(storer, "variable_full");
    } else if (this.waiters().length + this.storers().length >= this.#options.maxWaiting) {
      this.refuse(storer, "too_many_waiting");
    } else {
      variable.storers.push(storer);
    }
  }

  /** When a request is done: stores that wait are let in, the first of each variable as long as there is room. */
  admit(): void {
    for (let hasChanged = true; hasChanged;) {
      hasChanged = false;
      for (const variable of this.variables()) {
        const [first] = variable.storers;
        if (first !== undefined) {
          const isOut =
            isTooMuch(first) || (!this.#hasRoom(first) && variable.limits!.whenFull === "reject")
              ? this.refuse(first, isTooMuch(first) ? "value_too_large" : "variable_full")
              : this.#makesRoom(first) && this.#storeAll(first);
          hasChanged ||= isOut;
        }
      }
    }
  }

  /** The store waits no more, or never did, and what it brought is gone. */
  refuse(storer: NaiveStorer, code: FailureCode): true {
    this.stopStoring(storer);
    this.drop(storer.values);
    this.fail(askerOf(storer), code);
    return true;
  }

  #storeAll(storer: NaiveStorer): true {
    const { variable, values, how, leased } = storer;
    this.stopStoring(storer);
    this.remove((value) => value === leased);
    const ttlMs = how.ttlMs ?? variable.limits?.ttlMs ?? Infinity;
    for (const value of values) {
      this.store(variable, value, this.now + ttlMs);
    }
    this.done(askerOf(storer));
    this.failLost();
    return true;
  }

  /** Stores fail that wait and were to end a lease which is not there any more. */
  failLost(): void {
    for (const storer of this.storers()) {
      if (storer.leased !== undefined && storer.leased.holder?.session !== storer.session) {
        this.refuse(storer, "lease_lost");
      } else if (storer.leased !== undefined && !this.values().includes(storer.leased)) {
        this.refuse(storer, "lease_lost");
      }
    }
  }

  /** What is to be stored fits, but for what fetchers wait for; a value that goes meanwhile counts no more. */
  #hasRoom({ variable, values, leased }: NaiveStorer): boolean {
    const { maxValues, maxBytes } = limitsOf(variable);
    const fetchers = variable.waiters.filter(({ how }) => how.take).length;
    if (fetchers >= values.length) {
      return true;
    }
    const after = [...variable.values.filter((value) => value !== leased), ...values.slice(fetchers)];
    return after.length <= maxValues && answerSum(after) <= maxBytes;
  }

  #makesRoom(storer: NaiveStorer): boolean {
    const { variable } = storer;
    if (limitsOf(variable).whenFull === "dropOldest") {
      if (variable.mode === "multi" && !this.#hasRoom(storer)) {
        this.remove((value, where) => where === variable && value.holder === undefined && this.#options.isGone(value));
      }
      while (!this.#hasRoom(storer) && variable.free().length > 0) {
        const [oldest] = variable.free();
        this.remove((value) => value === oldest);
      }
      return true;
    }
    return this.#hasRoom(storer);
  }

  /** Free values of this variable whose time is over are gone. */
  expire(variable: NaiveVariable): void {
    this.remove((value, where) => where === variable && value.holder === undefined && value.expiresAt <= this.now);
  }

  stopStoring(storer: NaiveStorer): void {
    storer.variable.storers = storer.variable.storers.filter((other) => other !== storer);
  }

  store(variable: NaiveVariable, value: TestValue, expiresAt: number): void {
    variable.mode ??= "fifo";
    if (variable.mode === "single") {
      this.remove((old, where) => where === variable && old.holder === undefined);
    }
    variable.values.push({ ...value, index: variable.storedCount++, holder: undefined, lostCount: 0, expiresAt });
    this.#settle(variable);
  }

  read(wish: NaiveWaiter): void {
    const { variable, how } = wish;
    if (how.after !== undefined && how.after.variableId !== variable.id) {
      return this.fail(askerOf(wish), "iterator_ended");
    }
    if (how.after !== undefined && !variable.isIterable) {
      return this.fail(askerOf(wish), "not_iterable");
    }
    if (this.#tryRead(wish)) {
      return;
    }
    if (!how.wait) {
      this.events.push({ kind: "none", session: wish.session.number, request: wish.request });
    } else if (this.waiters().length + this.storers().length >= this.#options.maxWaiting) {
      this.fail(askerOf(wish), "too_many_waiting");
    } else {
      variable.waiters.push(wish);
    }
  }

  cancel(session: NaiveSession, request: number, code: FailureCode): boolean {
    const isMeant = (waiter: NaiveWaiter | NaiveStorer): boolean =>
      waiter.session === session && waiter.request === request;
    const storer = this.storers().find(isMeant);
    if (storer !== undefined) {
      return this.refuse(storer, code);
    }
    const waiter = this.waiters().find(isMeant);
    if (waiter === undefined) {
      return false;
    }
    this.stopWaiting(waiter);
    this.fail(askerOf(waiter), code);
    return true;
  }

  /** Answers if there is a value that the read may have. */
  #tryRead(wish: NaiveWaiter): boolean {
    const { variable, how } = wish;
    const free = variable.free();
    if (how.take) {
      if (free.length === 0) {
        return false;
      }
      if (how.after !== undefined && free[0]!.index <= how.after.index) {
        this.fail(askerOf(wish), "iterator_ended");
      } else {
        this.#take(wish);
      }
      return true;
    }
    const seen = free.filter((value) => how.after === undefined || value.index > how.after.index);
    if (seen.length === 0) {
      return false;
    }
    const shown = how.iterate && variable.isIterable ? seen.slice(0, how.most) : [this.#first(wish, seen)];
    while (shown.length > 1 && answerSum(shown.slice(0, -1)) >= MAX_ANSWER_BYTES) {
      shown.pop();
    }
    for (const [at, value] of shown.entries()) {
      this.#value(wish, value, at < shown.length - 1);
    }
    return true;
  }

  #take(wish: NaiveWaiter): void {
    const { variable, session, how } = wish;
    const taken: NaiveValue[] = [];
    let kind: BookingKind = how.lease ? "lease" : "booking";
    do {
      const value = this.#first(wish, variable.free());
      if (value.length > session.leaseOver) {
        kind = "lease"; // and so are those that follow it in this answer
      }
      value.holder = { session, kind, number: ++session.lastNumber[kind] };
      taken.push(value);
    } while (taken.length < how.most && answerSum(taken) < MAX_ANSWER_BYTES && variable.free().length > 0);
    for (const [at, value] of taken.entries()) {
      this.#value(wish, value, at < taken.length - 1);
    }
  }

  /** Which of these is next; `free` is by index and not empty. */
  #first({ variable, session, request }: NaiveWaiter, free: readonly NaiveValue[]): NaiveValue {
    switch (variable.mode) {
      case "lifo":
        return free.at(-1)!;
      case "multi":
        return this.#options.choose(session.number, request, free);
      default:
        return free[0]!;
    }
  }

  /** Values became free: finders see them, all in their order, then fetchers take in theirs. */
  #settle(variable: NaiveVariable): void {
    for (const isFetcher of [false, true]) {
      for (const waiter of variable.waiters.filter(({ how }) => how.take === isFetcher)) {
        if (this.#tryRead(waiter)) {
          this.stopWaiting(waiter);
        }
      }
    }
  }

  /** `areLost`: the session that had them, or the time of their lease, has ended, which counts as a delivery. */
  giveBack(isMeant: (value: NaiveValue, variable: NaiveVariable) => boolean, areLost = false): void {
    const { rank } = this.#options;
    for (const variable of this.variables().sort((a, b) => rank(a) - rank(b))) {
      const back = variable.values.filter((value) => value.holder !== undefined && isMeant(value, variable));
      for (const value of back) {
        value.holder = undefined;
        if (value.expiresAt <= this.now) {
          this.remove((old) => old === value);
        }
        value.lostCount += areLost ? 1 : 0;
        if (variable.mode === "single" && value.index < variable.storedCount - 1) {
          this.remove((old) => old === value);
        }
      }
      if (back.length > 0) {
        this.#settle(variable);
      }
    }
  }

  remove(isMeant: (value: NaiveValue, variable: NaiveVariable) => boolean): void {
    for (const variable of this.variables()) {
      const gone = variable.values.filter((value) => isMeant(value, variable));
      variable.values = variable.values.filter((value) => !gone.includes(value));
      this.drop(gone);
    }
  }

  stopWaiting(waiter: NaiveWaiter): void {
    waiter.variable.waiters = waiter.variable.waiters.filter((other) => other !== waiter);
  }

  failWaiters(variable: NaiveVariable): void {
    for (const waiter of variable.waiters) {
      this.fail(askerOf(waiter), "variable_deleted");
    }
    variable.waiters = [];
    for (const storer of variable.storers) {
      this.refuse(storer, "variable_deleted");
    }
  }

  variables(): NaiveVariable[] {
    return [...this.#workspaces.values()].flatMap((workspace) => [...workspace.variables.values()]);
  }

  values(): NaiveValue[] {
    return this.variables().flatMap((variable) => variable.values);
  }

  waiters(): NaiveWaiter[] {
    return this.variables().flatMap((variable) => variable.waiters);
  }

  storers(): NaiveStorer[] {
    return this.variables().flatMap((variable) => variable.storers);
  }

  // Answers

  done({ session, request }: Asker): void {
    this.events.push({ kind: "done", session, request });
  }

  fail({ session, request }: Asker, code: FailureCode): void {
    this.events.push({ kind: "failed", session, request, code });
  }

  text({ session, request }: Asker, text: string): void {
    this.events.push({ kind: "text", session, request, text });
  }

  #value(
    { session, request, variable }: NaiveWaiter,
    { descriptor, index, holder, lostCount }: NaiveValue,
    more: boolean,
  ): void {
    const booking = holder?.kind === "booking" ? holder.number : 0;
    const lease = holder?.kind === "lease" ? holder.number : 0;
    const position = { variableId: variable.id, index: variable.isIterable ? index : ANY_INDEX };
    this.events.push({
      kind: "value",
      session: session.number,
      request,
      descriptor,
      ...position,
      booking,
      lease,
      more,
      deliveries: holder === undefined ? 0 : 1 + lostCount,
    });
  }

  drop(values: readonly TestValue[]): void {
    for (const { descriptor, isFile } of values) {
      if (isFile) {
        this.events.push({ kind: "dropped", descriptor });
      }
    }
  }
}

export function limitsOf({ limits }: NaiveVariable): VariableLimits {
  return limits ?? { maxValues: Infinity, maxBytes: Infinity, whenFull: "block", ttlMs: Infinity };
}

function isTooMuch({ variable, values }: NaiveStorer): boolean {
  const { maxValues, maxBytes } = limitsOf(variable);
  return values.length > maxValues || answerSum(values) > maxBytes;
}

export function askerOf({ session, request }: NaiveWaiter | NaiveStorer): Asker {
  return { session: session.number, request };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Bytes of the values that are not in files. */
/** What counts toward the length of an answer: bytes wherever they are. */
function answerSum(values: readonly TestValue[]): number {
  return sum(values.map(({ length }) => length));
}

export function memorySum(values: readonly TestValue[]): number {
  return sum(values.map((value) => (value.isFile ? 0 : value.length)));
}
