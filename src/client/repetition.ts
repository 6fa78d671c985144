import type { ByteWriter } from "../wire/byte-writer.ts";
import { readU32, readU64 } from "../wire/bytes.ts";
import { writeRegain, writeSerial } from "../wire/client-frames.ts";
import { isAnswered, MAX_REGAINED_LEASES, OpenFlag, Verb } from "../wire/verbs.ts";
import { ConnectionLostError, type NwsError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { subject } from "./failure.ts";
import { openHandle, writeNameOf } from "./opening.ts";
import { Collected } from "./outcomes.ts";
import { Expect, type Pending, whereOf } from "./pending.ts";

// A frame: length, request, verb, fields. Those of a reading verb: variable, flags, timeout (if the flags say so), ...
const REQUEST_AT = 4;
const VERB_AT = 8;
const HEAD_BYTES = 9;
const TIMEOUT_AT = 14;

/**
 * Makes a session go on with another run of the server, which knows what the session owns and what it had done in persistent workspaces, but
 * nothing of what was under way: opens what was open, names what had a number, and asks again what was not answered. The server does not do
 * twice what it has done (docs/protocol.md, "When the server restarts").
 */
export class Repetition {
  readonly #exchange: Exchange;
  /** How many requests have been made. */
  #serial = 0;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** These bytes go out, or would: remembers the requests in them. */
  note(bytes: Uint8Array, length: number): void {
    const { pending } = this.#exchange;
    let at = 0;
    while (at + HEAD_BYTES <= length) {
      const end = at + REQUEST_AT + readU32(bytes, at);
      if (end > length) {
        return; // The head of a chunk whose bytes lie elsewhere.
      }
      const verb = bytes[at + VERB_AT]!;
      if (verb === Verb.serial) {
        this.#serial = readU64(bytes, at + HEAD_BYTES) - 1;
      } else if (verb !== Verb.hello && isAnswered(verb)) {
        this.#serial++;
        const made = pending.at(readU32(bytes, at + REQUEST_AT));
        if (made !== undefined) {
          made.serial = this.#serial;
          made.frame = bytes.slice(at, end);
        }
      }
      at = end;
    }
  }

  /** Says what this client has. */
  writeRegain(out: ByteWriter): void {
    const { received, leases } = this.#exchange;
    this.#exchange.confirmed = received;
    writeRegain(out, 0, received, leases.last, leases.numbers.slice(0, MAX_REGAINED_LEASES));
  }

  /** Writes all that another run of the server has to be told and asked. What was written before and has not left is dropped: it is among that. */
  askAgain(): void {
    const { connection, handles, leases } = this.#exchange;
    const { writer } = connection;
    this.note(writer.bytes, writer.length);
    writer.clear();
    writeSerial(writer, this.#serial + 1);
    const left = this.#clean();
    const opening = new Set(left.filter(({ expect }) => expect === Expect.opened).map(({ handle }) => handle));
    const using = new Set(left.map(({ handle }) => handle));
    const open = [...handles].filter((handle) => handle.failure === undefined || using.has(handle));
    for (const handle of open.filter((each) => !opening.has(each))) {
      void openHandle(this.#exchange, handle, OpenFlag.again);
    }
    for (const { lease, leftMs } of leases.limited()) {
      this.#exchange.extend(lease, leftMs);
    }
    this.note(writer.bytes, writer.length);
    const next = this.#serial + 1;
    left.filter(({ expect }) => expect === Expect.opened).forEach((each) => this.#ask(each));
    for (const handle of open) {
      for (const variable of handle.variables.values()) {
        if (variable.number >= 0) {
          writeNameOf(writer, variable);
        }
      }
    }
    left.filter(({ expect }) => expect !== Expect.opened).forEach((each) => this.#ask(each));
    writeSerial(writer, next);
    connection.wake();
  }

  /** Forgets what has come of answers, and requests in which nobody is interested. Returns the others, in the order in which they were made. */
  #clean(): Pending[] {
    const exchange = this.#exchange;
    const left: Pending[] = [];
    for (const each of [...exchange.pending.used()]) {
      if (each.isAbandoned && each.lease === 0) {
        exchange.pending.remove(each);
      } else if (each.download?.sink !== undefined) {
        exchange.reject(each, cutOff(each, "while the value was coming, which is in its place"));
      } else {
        each.download = undefined;
        if (each.extra instanceof Collected) {
          each.extra.clear();
        }
        left.push(each);
      }
    }
    return left.sort((a, b) => a.serial - b.serial);
  }

  #ask(pending: Pending): void {
    const exchange = this.#exchange;
    const { writer } = exchange.connection;
    writeSerial(writer, pending.serial);
    writer.copy(withTimeLeft(pending.frame!, pending.deadlineAt));
    if (pending.upload !== undefined && !exchange.uploads.restart(pending)) {
      // (Unless the server has the value: then it says so all the same.)
      exchange.frame(pending.request, Verb.cancel);
      pending.cutOff = cutOff(pending, "while the stream was being stored; it is not stored");
    }
  }
}

/** The frame of a read that times out, with what is left of the time. */
function withTimeLeft(frame: Uint8Array, deadlineAt: number): Uint8Array {
  if (deadlineAt === 0) {
    return frame;
  }
  const copy = frame.slice();
  new DataView(copy.buffer).setUint32(TIMEOUT_AT, Math.max(1, Math.ceil(deadlineAt - performance.now())));
  return copy;
}

function cutOff(pending: Pending, how: string): NwsError {
  const where = whereOf(pending);
  const reason = `the server was restarted ${how}`;
  return new ConnectionLostError("connection_lost", `${subject(where)} failed: ${reason}`, { ...where, reason });
}
