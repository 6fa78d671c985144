import type { BookingKind, Call } from "./calls.ts";
import type { DropEvent, Event, ValueEvent } from "./events.ts";

type StoreCall = Extract<Call, { readonly do: "store" | "storeSeveral" | "complete" }>;

interface Request {
  readonly session: number;
  /** Where a read reads. */
  readonly ws: string | undefined;
  answered: boolean;
}

interface Holder {
  readonly session: number;
  readonly kind: BookingKind;
  readonly number: number;
  readonly ws: string | undefined;
}

/**
 * What must hold of any record of calls and answers, whatever the order of delivery: it knows nothing of modes, places
 * and queues. Throws at the first thing that must not happen.
 */
export class History {
  /** Values that were stored and not confirmed (those that were deleted with their variable are among them). */
  readonly unconfirmed = new Set<number>();
  readonly #requests = new Map<number, Request>();
  /** Those that are not answered: they may wait. */
  readonly #stores = new Map<number, StoreCall>();
  readonly #ended = new Set<number>();
  readonly #dropped = new Set<number>();
  readonly #held = new Map<number, Holder>();
  /** The request whose answer of several values goes on. */
  #openAnswer: number | undefined;

  note(call: Call, events: readonly Event[]): void {
    if ("request" in call && call.do !== "cancel") {
      check(!this.#requests.has(call.request), `request ${call.request} is made twice`);
      const ws = call.do === "read" ? call.ws : undefined;
      this.#requests.set(call.request, { session: call.session, ws, answered: false });
    }
    if (isStore(call)) {
      this.#stores.set(call.request, call);
    }
    const isDone = events.some((event) => event.kind === "done" && "request" in call && event.request === call.request);
    this.#before(call, isDone);
    for (const event of events) {
      this.#stored(event);
    }
    for (const event of events) {
      if (event.kind === "dropped") {
        check(!this.#dropped.has(event.descriptor), `file ${event.descriptor} is dropped twice`);
        this.#dropped.add(event.descriptor);
      } else {
        this.#answer(event);
      }
    }
    check(this.#openAnswer === undefined, "an answer that announced more values has no end");
    const mayWait = (call.do === "read" && call.how.wait) || (isStore(call) && call.how?.wait !== false);
    if ("request" in call && call.do !== "cancel" && !mayWait) {
      check(this.#requests.get(call.request)!.answered, `request ${call.request} cannot wait and has no answer`);
    }
  }

  /** At the end, when every session has ended that waited: who has no answer? */
  finish(): void {
    for (const [request, { session, answered }] of this.#requests) {
      check(answered || this.#ended.has(session), `request ${request} of session ${session} was never answered`);
    }
  }

  /** What the call itself does with values, if it succeeds: it comes before what it causes. */
  #before(call: Call, isDone: boolean): void {
    const isOwn = ({ session }: Holder): boolean => session === call.session;
    switch (call.do) {
      case "end":
        this.#ended.add(call.session);
        return void this.#release(isOwn);
      case "confirm":
        return this.#confirm((held) => isOwn(held) && held.kind === "booking" && held.number <= call.upTo);
      case "expire":
        return void this.#release((held) => isOwn(held) && held.kind === "lease" && held.number === call.lease);
    }
    if (!isDone) {
      return;
    }
    switch (call.do) {
      case "ack":
        return this.#confirm((held) => isOwn(held) && held.kind === "lease" && held.number === call.lease);
      case "release":
        return void this.#release((held) => isOwn(held) && held.kind === call.kind && held.number === call.number);
      case "leave":
        return void this.#release((held) => isOwn(held) && held.ws === call.ws);
    }
  }

  /** What a store does when it is done, now or later. */
  #stored(event: Event): void {
    const call = event.kind === "done" ? this.#stores.get(event.request) : undefined;
    if (call !== undefined) {
      const values = call.do === "storeSeveral" ? call.values : [call.value];
      values.forEach(({ descriptor }) => this.unconfirmed.add(descriptor));
      if (call.do === "complete") {
        const { session, lease } = call;
        this.#confirm((held) => held.session === session && held.kind === "lease" && held.number === lease);
      }
    }
  }

  #answer(event: Exclude<Event, DropEvent>): void {
    const request = this.#requests.get(event.request);
    check(request?.session === event.session, `session ${event.session} gets an answer to what it did not ask`);
    check(!this.#ended.has(event.session), `session ${event.session} has ended and gets an answer`);
    check(!request.answered, `request ${event.request} is answered twice`);
    check(
      this.#openAnswer === undefined || this.#openAnswer === event.request,
      `the values of request ${String(this.#openAnswer)} are not together`,
    );
    const more = event.kind === "value" && event.more;
    this.#openAnswer = more ? event.request : undefined;
    request.answered = !more;
    if (event.kind === "value") {
      this.#value(event, request);
    }
  }

  #value({ session, descriptor, booking, lease }: ValueEvent, { ws }: Request): void {
    check(this.unconfirmed.has(descriptor), `value ${descriptor} is given out and was never stored, or is gone`);
    check(!this.#dropped.has(descriptor), `value ${descriptor} is given out and its file is gone`);
    check(!this.#held.has(descriptor), `value ${descriptor} is given out while a session holds it`);
    if (booking > 0 || lease > 0) {
      const held =
        booking > 0 ? ({ kind: "booking", number: booking } as const) : ({ kind: "lease", number: lease } as const);
      this.#held.set(descriptor, { session, ws, ...held });
    }
  }

  /** Values that are held are gone: each was held until now, so none is confirmed twice. */
  #confirm(isMeant: (held: Holder) => boolean): void {
    for (const descriptor of this.#release(isMeant)) {
      check(this.unconfirmed.delete(descriptor), `value ${descriptor} is confirmed twice`);
    }
  }

  #release(isMeant: (held: Holder) => boolean): number[] {
    const meant = [...this.#held].flatMap(([descriptor, holder]) => (isMeant(holder) ? [descriptor] : []));
    for (const descriptor of meant) {
      this.#held.delete(descriptor);
    }
    return meant;
  }
}

function isStore(call: Call): call is StoreCall {
  return call.do === "store" || call.do === "storeSeveral" || call.do === "complete";
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) {
    throw new Error(`history: ${message}`);
  }
}
