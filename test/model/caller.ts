import type { BookingKind, Call, TestStore, TestValue } from "./calls.ts";
import type { Event } from "./events.ts";
import type { NaiveSpace } from "./naive-space.ts";
import { type Operation, SLOT_COUNT } from "./operations.ts";

/** A session beside the others that looks after every step and empties the space at the end. */
export const OBSERVER = 0;

interface Asked {
  readonly session: number;
  readonly request: number;
}

interface Position {
  readonly variableId: number;
  readonly index: number;
}

/** Turns random operations into calls: it knows what happened so far, which "the last lease" of an operation refers to. */
export class Caller {
  readonly #model: NaiveSpace;
  /** Positions as iterators keep them, with the machine's variable ids, by workspace and variable. */
  readonly #positions = new Map<string, Position[]>();
  /** Where each request reads, as a key of `#positions`. */
  readonly #reads = new Map<number, string>();
  readonly #slots: number[] = [];
  readonly #requests: number[] = [];
  #sessionsMade = OBSERVER;
  #lastRequest = 0;
  #lastDescriptor = 0;
  #lastMade = "made";

  constructor(model: NaiveSpace) {
    this.#model = model;
  }

  /** The sessions that live now, without the observer. */
  get sessions(): readonly number[] {
    return this.#slots;
  }

  /** The observer joins, and a session in every slot. */
  opening(): Call[] {
    const observer: Call = { do: "join", session: OBSERVER, leaseOver: undefined };
    return [observer, ...Array.from({ length: SLOT_COUNT }, (_, slot) => this.#join(slot, true, undefined)).flat()];
  }

  callsFor(operation: Operation): Call[] {
    const session = this.#sessionFor(operation);
    switch (operation.do) {
      case "rejoin":
        return [{ do: "end", session }, ...this.#join(operation.slot, operation.uses, operation.leaseOver)];
      case "confirm":
        return [{ do: "confirm", session, upTo: this.#held(session, "booking", operation.pick) }];
      case "expire":
        return [{ do: "expire", session, lease: this.#held(session, "lease", operation.pick) }];
      case "passTime":
        return [{ do: "passTime", session, ms: operation.ms }];
      case "expireDue":
        return [{ do: "expireDue", session }];
      case "cancel": {
        const { pick, code } = operation;
        const request = pickOf(this.#model.waitsOf(session), pick) ?? this.#requests.at(-1 - pick) ?? 0;
        return [{ do: "cancel", session, request, code }];
      }
      default:
        return [this.#requestFor(session, operation)];
    }
  }

  /** Who asks, and the number of a new request. */
  ask(session: number): Asked {
    const request = ++this.#lastRequest;
    if (session !== OBSERVER) {
      this.#requests.push(request);
    }
    return { session, request };
  }

  /** Notes what came out of the machine. */
  learn(call: Call, events: readonly Event[]): void {
    if (call.do === "read") {
      this.#reads.set(call.request, `${call.ws} ${call.variable}`);
    }
    for (const event of events) {
      if (event.kind === "value") {
        const key = this.#reads.get(event.request)!;
        const position = { variableId: event.variableId, index: event.index };
        this.#positions.set(key, [...(this.#positions.get(key) ?? []), position]);
      } else if (event.kind === "text" && call.do === "mktemp") {
        this.#lastMade = event.text;
      }
    }
  }

  #requestFor(
    session: number,
    operation: Exclude<Operation, { do: "rejoin" | "confirm" | "expire" | "cancel" | "passTime" | "expireDue" }>,
  ): Call {
    const asked = this.ask(session);
    switch (operation.do) {
      case "open": {
        const { own, persistent, durability, idleTimeoutMs, create } = operation;
        return { do: "open", ...asked, ws: this.#ws(operation), own, persistent, durability, idleTimeoutMs, create };
      }
      case "leave":
      case "deleteWs":
        return { do: operation.do, ...asked, ws: this.#ws(operation) };
      case "listWss":
        return { do: "listWss", ...asked, only: operation.only };
      case "mktemp":
        return { do: "mktemp", ...asked, template: operation.template };
      case "ack":
      case "extend":
        return { do: operation.do, ...asked, lease: this.#held(session, "lease", operation.pick) };
      case "release": {
        const { kind, pick } = operation;
        return { do: "release", ...asked, kind, number: this.#held(session, kind, pick) };
      }
      default:
        return this.#requestOnVariable(session, asked, operation);
    }
  }

  #requestOnVariable(session: number, asked: Asked, operation: Extract<Operation, { variable: string }>): Call {
    const ws = this.#ws(operation);
    const { variable } = operation;
    switch (operation.do) {
      case "declare":
        return { do: "declare", ...asked, ws, variable, mode: operation.mode, limits: operation.limits };
      case "deleteVar":
      case "guard":
        return { do: operation.do, ...asked, ws, variable };
      case "store":
        return { do: "store", ...asked, ws, variable, value: this.#value(operation.size), ...howOf(operation) };
      case "storeSeveral": {
        const values = operation.lengths.map((length) => this.#value({ length, isFile: false }));
        return { do: "storeSeveral", ...asked, ws, variable, values, ...howOf(operation) };
      }
      case "read": {
        const { take, wait, iterate, lease, most, from } = operation;
        const after = iterate ? this.#position(ws, variable, from) : undefined;
        return { do: "read", ...asked, ws, variable, how: { take, wait, iterate, lease, most, after } };
      }
      case "complete": {
        const lease = this.#held(session, "lease", operation.pick);
        const value = this.#value(operation.size);
        return { do: "complete", ...asked, ws, variable, lease, value, ...howOf(operation) };
      }
      default:
        return operation satisfies never;
    }
  }

  #join(slot: number, uses: boolean, leaseOver: number | undefined): Call[] {
    const session = ++this.#sessionsMade;
    this.#slots[slot] = session;
    const join: Call = { do: "join", session, leaseOver };
    const use: Call = { do: "open", ...this.ask(session), ws: "a", own: false, persistent: false, create: true };
    return uses ? [join, use] : [join];
  }

  /** The slot's session; for what is done with held things, rather one that holds such a thing. */
  #sessionFor(operation: Operation): number {
    const inSlot = this.#slots[operation.slot]!;
    const has = (session: number): boolean => {
      switch (operation.do) {
        case "cancel":
          return this.#model.waitsOf(session).length > 0;
        case "confirm":
          return this.#model.heldBy(session, "booking").length > 0;
        case "ack":
        case "extend":
        case "expire":
        case "complete":
          return this.#model.heldBy(session, "lease").length > 0;
        case "release":
          return this.#model.heldBy(session, operation.kind).length > 0;
        default:
          return true;
      }
    };
    return has(inSlot) ? inSlot : (this.#slots.find(has) ?? inSlot);
  }

  #ws({ ws }: { readonly ws: string }): string {
    return ws === "made" ? this.#lastMade : ws;
  }

  #value(size: { readonly length: number; readonly isFile: boolean }): TestValue {
    return { descriptor: ++this.#lastDescriptor, length: size.length, isFile: size.isFile };
  }

  /** The number of something that the session holds, or of something that it held once or never. */
  #held(session: number, kind: BookingKind, pick: number): number {
    const held = this.#model.heldBy(session, kind).sort((a, b) => a - b);
    return pickOf(held, pick) ?? pick;
  }

  #position(ws: string, variable: string, from: number | undefined): Position | undefined {
    return from === undefined ? undefined : this.#positions.get(`${ws} ${variable}`)?.at(-1 - from);
  }
}

function howOf({ how }: { readonly how: TestStore | undefined }): { readonly how?: TestStore } {
  return how === undefined ? {} : { how };
}

/** The last of `numbers` for 0, the one before for 1, …; none beyond. */
function pickOf(numbers: readonly number[], pick: number): number | undefined {
  return numbers.at(-1 - pick);
}
