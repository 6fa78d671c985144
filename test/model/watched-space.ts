import {
  type FileValue,
  type Receiver,
  type Session,
  Space,
  type SpaceOptions,
  type ValueView,
} from "../../src/space/index.ts";
import type { Call, TestValue } from "./calls.ts";
import type { Event } from "./events.ts";

/** What surrounds a value in the buffer that it comes in: a value is rarely alone in a socket's chunk. */
const MARGIN_BYTES = 3;
/** Values from this length on are all the same bytes, made once: a test of lengths, not of contents. */
export const HUGE_VALUE_BYTES = 300_000;
const hugeValue = new Uint8Array(HUGE_VALUE_BYTES);
/** Like a socket's: every other value comes in here, and what was there before is overwritten. */
const chunk = new Uint8Array(65_536);

class TestFile implements FileValue {
  readonly length: number;
  readonly descriptor: number;

  constructor({ length, descriptor }: TestValue) {
    this.length = length;
    this.descriptor = descriptor;
  }
}

function descriptorOf(file: FileValue): number {
  return file instanceof TestFile ? file.descriptor : -1;
}

/** The machine under test, driven by `Call`s; it notes all that comes out, and checks the bytes of every value. */
export class WatchedSpace {
  /** What came out during the last call. */
  events: Event[] = [];
  readonly space: Space;
  readonly #sessions = new Map<number, Session>();

  #now = 1;

  constructor(options: Omit<SpaceOptions, "dropFile">) {
    const dropFile = (file: FileValue): void => {
      this.events.push({ kind: "dropped", descriptor: descriptorOf(file) });
    };
    this.space = new Space({ ...options, dropFile, wallNow: () => this.#now });
  }

  /** What its clock says. */
  get now(): number {
    return this.#now;
  }

  /** All sessions end as if at once: what one of them gives back goes to none of the others. */
  endAll(): void {
    for (const session of this.#sessions.values()) {
      for (const request of [...session.waits.keys()]) {
        this.space.cancel(session, request, "cancelled");
      }
    }
    for (const session of this.#sessions.values()) {
      this.space.end(session);
    }
  }

  /** Returns what `cancel` returns, and true for every other call. */
  apply(call: Call): boolean {
    this.events = [];
    if (call.do === "join") {
      const options = call.leaseOver === undefined ? {} : { leaseOver: call.leaseOver };
      const session = this.space.join(this.#receiver(call.session), `peer${call.session}`, options);
      this.#sessions.set(call.session, session);
      return true;
    }
    const session = this.#sessions.get(call.session)!;
    switch (call.do) {
      case "passTime":
        this.#now += call.ms;
        return true;
      case "expireDue":
        this.space.expireDue(this.#now);
        return true;
      case "end":
        this.space.end(session);
        return true;
      case "confirm":
        this.space.confirm(session, call.upTo);
        return true;
      case "expire":
        this.space.expire(session, call.lease);
        return true;
      case "cancel":
        return this.space.cancel(session, call.request, call.code);
      default:
        this.#request(session, call);
        return true;
    }
  }

  #request(
    session: Session,
    call: Exclude<Call, { do: "join" | "end" | "confirm" | "expire" | "cancel" | "passTime" | "expireDue" }>,
  ): void {
    const { space } = this;
    const { request } = call;
    switch (call.do) {
      case "open":
        return space.open(session, request, call.ws, { ...call, label: `label${call.session}` });
      case "leave":
        return space.leave(session, request, call.ws);
      case "deleteWs":
        return space.deleteWs(session, request, call.ws);
      case "listWss":
        return space.listWss(session, request, call.only, true);
      case "mktemp":
        return space.mktemp(session, request, call.template);
      case "listVars":
        return space.listVars(session, request, call.ws, call.extended);
      case "declare":
        return space.declare(session, request, call.ws, call.variable, call.mode, call.limits);
      case "guard":
        return space.guard(session, request, call.ws, call.variable);
      case "deleteVar":
        return space.deleteVar(session, request, call.ws, call.variable);
      case "store":
        return this.#store(session, call);
      case "storeSeveral":
        return withBytes(call.values, (values) =>
          space.storeSeveral(session, request, call.ws, call.variable, values, call.how),
        );
      case "read":
        return space.read(session, request, call.ws, call.variable, call.how);
      case "ack":
        return space.ack(session, request, call.lease);
      case "extend":
        return void space.extend(session, request, call.lease);
      case "release":
        return space.release(session, request, call.kind, call.number);
      case "complete":
        return this.#complete(session, call);
      default:
        return call satisfies never;
    }
  }

  #store(session: Session, { request, ws, variable, value, how }: Extract<Call, { do: "store" }>): void {
    if (value.isFile) {
      return this.space.storeFile(session, request, ws, variable, value.descriptor, new TestFile(value), how);
    }
    withBytes([value], ([incoming]) => {
      const { descriptor, bytes, start, end } = incoming!;
      this.space.store(session, request, ws, variable, descriptor, bytes, start, end, how);
    });
  }

  #complete(session: Session, call: Extract<Call, { do: "complete" }>): void {
    const { request, lease, ws, variable, value, how } = call;
    if (value.isFile) {
      const file = new TestFile(value);
      return this.space.completeFile(session, request, lease, ws, variable, value.descriptor, file, how);
    }
    withBytes([value], ([incoming]) => {
      const { descriptor, bytes, start, end } = incoming!;
      this.space.complete(session, request, lease, ws, variable, descriptor, bytes, start, end, how);
    });
  }

  #receiver(session: number): Receiver {
    return {
      done: (request) => this.events.push({ kind: "done", session, request }),
      none: (request) => this.events.push({ kind: "none", session, request }),
      failed: (request, code) => this.events.push({ kind: "failed", session, request, code }),
      text: (request, text) => this.events.push({ kind: "text", session, request, text }),
      value: (request, view, booking, lease, more) => {
        checkBytes(view);
        const { descriptor, variableId, index, deliveries } = view;
        this.events.push({
          kind: "value",
          session,
          request,
          descriptor,
          variableId,
          index,
          booking,
          lease,
          more,
          deliveries,
        });
      },
    };
  }
}

interface IncomingValue {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Gives `use` the values as they come from a socket: side by side in one buffer, which is used again afterwards. */
function withBytes(values: readonly TestValue[], use: (incoming: readonly IncomingValue[]) => void): void {
  let at = 0;
  const incoming = values.map(({ descriptor, length }) => {
    if (length >= HUGE_VALUE_BYTES) {
      return { descriptor, bytes: hugeValue, start: 0, end: length };
    }
    at += MARGIN_BYTES;
    const start = at;
    for (let i = 0; i < length; i++) {
      chunk[at++] = byteOf(descriptor, i);
    }
    return { descriptor, bytes: chunk, start, end: at };
  });
  use(incoming);
  chunk.fill(0xee, 0, at);
}

function byteOf(descriptor: number, i: number): number {
  return (descriptor * 31 + i) & 0xff;
}

function checkBytes({ descriptor, bytes, start, end, file }: ValueView): void {
  if (file !== undefined) {
    if (descriptorOf(file) !== descriptor || start !== end) {
      throw new Error(`value ${descriptor} came with another one's file, or with bytes beside its file`);
    }
    return;
  }
  for (let i = 0; i < Math.min(end - start, HUGE_VALUE_BYTES - 1); i++) {
    if (end - start < HUGE_VALUE_BYTES && bytes[start + i] !== byteOf(descriptor, i)) {
      throw new Error(`byte ${i} of value ${descriptor} is wrong`);
    }
  }
}
