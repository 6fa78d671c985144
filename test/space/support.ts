import {
  type FailureCode,
  type FileValue,
  type LimitOptions,
  type OpenOptions,
  PLAIN_STORE,
  type ReadOptions,
  type Session,
  type SessionOptions,
  Space,
  type SpaceOptions,
  type StoreOptions,
} from "../../src/space/index.ts";

/** What a request has come to so far. */
export interface Answer {
  readonly request: number;
  outcome: "waiting" | "done" | "none" | "text" | "value" | FailureCode;
  /** The server's reason, or the listing. */
  text: string;
  readonly values: GivenValue[];
}

export interface GivenValue {
  readonly text: string;
  readonly descriptor: number;
  readonly file: FileValue | undefined;
  readonly position: { readonly variableId: number; readonly index: number };
  readonly booking: number;
  readonly lease: number;
  readonly more: boolean;
  readonly deliveries: number;
}

/** A space and all that came out of it; everybody works in workspace "w" unless told otherwise. */
export class World {
  readonly space: Space;
  /** Who got which value, in order: "ann 1". */
  readonly given: string[] = [];
  readonly dropped: FileValue[] = [];
  /** What the clock of the calendar says: nothing is over before somebody asks, or `pass` is called. */
  now = 1000;
  /** When something will be over, as it was told. */
  readonly planned: number[] = [];

  constructor(options: Partial<SpaceOptions> = {}) {
    this.space = new Space({
      runId: ".run",
      seed: 1,
      dropFile: (file) => this.dropped.push(file),
      wallNow: () => this.now,
      onExpiry: (at) => this.planned.push(at),
      ...options,
    });
  }

  /** So much time passes, and the space is told of it. */
  pass(ms: number): void {
    this.now += ms;
    this.space.expireDue(this.now);
    this.space.validate();
  }

  /** Clients that use workspace "w". */
  clients<Name extends string>(...names: readonly Name[]): Record<Name, Client> {
    const entries = names.map((name) => {
      const client = this.client(name);
      client.open("w", { own: false });
      return [name, client] as const;
    });
    return Object.fromEntries(entries) as Record<Name, Client>;
  }

  /** A client that has opened nothing. */
  client(name: string, options?: SessionOptions): Client {
    return new Client(this, name, options);
  }
}

export class Client {
  readonly session: Session;
  readonly #world: World;
  readonly #name: string;
  readonly #answers = new Map<number, Answer>();
  #lastRequest = 0;

  constructor(world: World, name: string, options?: SessionOptions) {
    this.#world = world;
    this.#name = name;
    this.session = world.space.join(
      {
        done: (request) => this.#settle(request, "done"),
        none: (request) => this.#settle(request, "none"),
        failed: (request, code, message) => this.#settle(request, code, message),
        text: (request, text) => this.#settle(request, "text", text),
        value: (request, view, booking, lease, more) => {
          const { descriptor, file, variableId, index, deliveries } = view;
          const text = latin1(view.bytes.subarray(view.start, view.end));
          this.#world.given.push(`${this.#name} ${text}`);
          this.#settle(request, "value");
          const position = { variableId, index };
          this.#answers
            .get(request)!
            .values.push({ text, descriptor, file, position, booking, lease, more, deliveries });
        },
      },
      name,
      options,
    );
  }

  open(ws: string, options: Partial<OpenOptions> = {}): Answer {
    const all = { own: true, persistent: false, create: true, label: "", ...options };
    return this.#ask((request) => this.#space.open(this.session, request, ws, all));
  }

  leave(ws = "w"): Answer {
    return this.#ask((request) => this.#space.leave(this.session, request, ws));
  }

  deleteWs(ws = "w"): Answer {
    return this.#ask((request) => this.#space.deleteWs(this.session, request, ws));
  }

  listWss(only?: string): Answer {
    return this.#ask((request) => this.#space.listWss(this.session, request, only));
  }

  mktemp(template?: string): Answer {
    return this.#ask((request) => this.#space.mktemp(this.session, request, template));
  }

  declare(name: string, mode: string, limits?: LimitOptions): Answer {
    return this.#ask((request) => this.#space.declare(this.session, request, "w", name, mode, limits));
  }

  guard(name: string): Answer {
    return this.#ask((request) => this.#space.guard(this.session, request, "w", name));
  }

  deleteVar(name: string): Answer {
    return this.#ask((request) => this.#space.deleteVar(this.session, request, "w", name));
  }

  listVars(ws = "w", extended = false): Answer {
    return this.#ask((request) => this.#space.listVars(this.session, request, ws, extended));
  }

  /** Stores each text as one value, one request after the other; returns the last answer. */
  store(name: string, ...texts: readonly string[]): Answer {
    return texts.map((text) => this.storeIn("w", name, text)).at(-1)!;
  }

  storeIn(ws: string, name: string, text: string, descriptor = 0): Answer {
    const bytes = bytesOf(text);
    return this.#ask((request) =>
      this.#space.store(this.session, request, ws, name, descriptor, bytes, 0, bytes.length),
    );
  }

  /** Stores a text otherwise than plainly. */
  storeSo(name: string, text: string, how: Partial<StoreOptions>): Answer {
    const bytes = bytesOf(text);
    const all = { ...PLAIN_STORE, ...how };
    return this.#ask((request) => this.#space.store(this.session, request, "w", name, 0, bytes, 0, bytes.length, all));
  }

  storeSeveral(name: string, texts: readonly string[]): Answer {
    const values = texts.map((text) => ({ descriptor: 0, bytes: bytesOf(text), start: 0, end: text.length }));
    return this.#ask((request) => this.#space.storeSeveral(this.session, request, "w", name, values));
  }

  storeFile(name: string, file: FileValue, ws = "w"): Answer {
    return this.#ask((request) => this.#space.storeFile(this.session, request, ws, name, 0, file));
  }

  fetch(name: string, how: Partial<ReadOptions> = {}): Answer {
    return this.#read(name, { take: true, ...how });
  }

  fetchIn(ws: string, name: string): Answer {
    return this.#read(name, { take: true }, ws);
  }

  fetchTry(name: string, how: Partial<ReadOptions> = {}): Answer {
    return this.#read(name, { take: true, wait: false, ...how });
  }

  find(name: string, how: Partial<ReadOptions> = {}): Answer {
    return this.#read(name, how);
  }

  findTry(name: string, how: Partial<ReadOptions> = {}): Answer {
    return this.#read(name, { wait: false, ...how });
  }

  ifind(name: string, after?: GivenValue, how: Partial<ReadOptions> = {}): Answer {
    return this.#read(name, { iterate: true, after: after?.position, ...how });
  }

  ifetch(name: string, after?: GivenValue, how: Partial<ReadOptions> = {}): Answer {
    return this.#read(name, { take: true, iterate: true, after: after?.position, ...how });
  }

  cancel(answer: Answer, code: "cancelled" | "timed_out" = "cancelled"): boolean {
    return this.#space.cancel(this.session, answer.request, code);
  }

  confirm(upTo: number): void {
    this.#space.confirm(this.session, upTo);
  }

  ack(lease: number): Answer {
    return this.#ask((request) => this.#space.ack(this.session, request, lease));
  }

  extend(lease: number): Answer {
    return this.#ask((request) => this.#space.extend(this.session, request, lease));
  }

  /** The time of a lease is over. */
  expire(lease: number): void {
    this.#space.expire(this.session, lease);
    this.#space.validate();
  }

  release(kind: "booking" | "lease", number: number): Answer {
    return this.#ask((request) => this.#space.release(this.session, request, kind, number));
  }

  complete(lease: number, name: string, text: string): Answer {
    const bytes = bytesOf(text);
    return this.#ask((request) =>
      this.#space.complete(this.session, request, lease, "w", name, 0, bytes, 0, bytes.length),
    );
  }

  completeFile(lease: number, name: string, file: FileValue): Answer {
    return this.#ask((request) => this.#space.completeFile(this.session, request, lease, "w", name, 0, file));
  }

  takeSnapshot(...names: readonly string[]): Answer {
    return this.#ask((request) => this.#space.takeSnapshot(this.session, request, names));
  }

  /** All values of a variable of the snapshot. */
  readSnapshot(variable: number): GivenValue[] {
    const values: GivenValue[] = [];
    for (;;) {
      const from = (values.at(-1)?.position.index ?? -1) + 1;
      const answer = this.#ask((request) => {
        if (!this.#space.readSnapshot(this.session, request, variable, from)) {
          throw new Error("there is no such variable");
        }
      });
      if (answer.outcome === "none") {
        return values;
      }
      values.push(...answer.values);
    }
  }

  end(): void {
    this.#space.end(this.session);
    this.#space.validate();
  }

  get #space(): Space {
    return this.#world.space;
  }

  #read(name: string, how: Partial<ReadOptions>, ws = "w"): Answer {
    const all = { take: false, wait: true, iterate: false, lease: false, most: 1, after: undefined, ...how };
    return this.#ask((request) => this.#space.read(this.session, request, ws, name, all));
  }

  #ask(call: (request: number) => void): Answer {
    const request = ++this.#lastRequest;
    const answer: Answer = { request, outcome: "waiting", text: "", values: [] };
    this.#answers.set(request, answer);
    call(request);
    this.#space.validate();
    return answer;
  }

  #settle(request: number, outcome: Answer["outcome"], text = ""): void {
    const answer = this.#answers.get(request)!;
    const goesOn = outcome === "value" && answer.values.at(-1)?.more === true;
    if (answer.outcome !== "waiting" && !goesOn) {
      throw new Error(`request ${request} of ${this.#name} is answered twice`);
    }
    answer.outcome = outcome;
    answer.text = text;
  }
}

export function textsOf({ values }: Answer): string[] {
  return values.map(({ text }) => text);
}

/** All that can be fetched from the variable now, in order. */
export function drain(client: Client, name: string): string[] {
  return textsOf(client.fetchTry(name, { most: 1_000_000 }));
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
