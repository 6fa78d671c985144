import type { ByteWriter } from "../wire/byte-writer.ts";
import { readU32, readU64 } from "../wire/bytes.ts";
import { writeRegain, writeSerial } from "../wire/client-frames.ts";
import { Serials } from "../wire/serials.ts";
import { isAnswered, MAX_REGAINED_LEASES, OpenFlag, plainVerb, Verb } from "../wire/verbs.ts";
import { ConnectionLostError, type NwsError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { again, subject } from "./failure.ts";
import type { HeldOperation, NumberedVariable } from "./names.ts";
import { openHandle, writeNameOf } from "./opening.ts";
import { Collected } from "./outcomes.ts";
import { Expect, type Pending, whereOf } from "./pending.ts";

// A frame: length, request, verb, fields. Those of a reading verb, and of a store with options: variable, flags, timeout (if the flags
// say so), ... Those of `complete` have a lease before that.
const REQUEST_AT = 4;
const VERB_AT = 8;
const HEAD_BYTES = 9;
const TIMEOUT_AT = 14;
const LEASE_BYTES = 8;

/**
 * Makes a session go on with another run of the server, which knows what the session owns and what it had done in persistent workspaces, but
 * nothing of what was under way: opens what was open, names what had a number, and asks again what was not answered. The server does not do
 * twice what it has done (docs/protocol.md, "When the server restarts").
 */
export class Repetition {
  readonly #exchange: Exchange;
  readonly #serials = new Serials();
  /** Requests that are to be asked again behind large values. */
  readonly #held = new Map<HeldOperation, NumberedVariable>();

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
        this.#serials.label(readU64(bytes, at + HEAD_BYTES));
      } else if (verb !== Verb.hello && isAnswered(verb)) {
        const serial = this.#serials.next();
        const made = pending.at(readU32(bytes, at + REQUEST_AT));
        if (made !== undefined) {
          made.serial = serial;
          made.frame = bytes.slice(at, end);
        }
      }
      at = end;
    }
  }

  /** Says what this client has. */
  writeRegain(out: ByteWriter): void {
    const { received, leases, pending } = this.#exchange;
    this.#exchange.confirmed = received;
    const givenBack = [...pending.used()].map(({ booking }) => booking).filter((booking) => booking > 0);
    writeRegain(out, 0, {
      lastBooking: received,
      givenBack,
      lastLease: leases.last,
      leases: leases.numbers.slice(0, MAX_REGAINED_LEASES),
    });
  }

  /** Writes all that another run of the server has to be told and asked. What was written before and has not left is dropped: it is among that. */
  askAgain(): void {
    const { connection, handles, leases } = this.#exchange;
    const { writer } = connection;
    this.note(writer.bytes, writer.length);
    writer.clear();
    this.#forgetHeld();
    this.#exchange.uploads.suspend();
    writeSerial(writer, this.#serials.count + 1);
    const left = this.#clean();
    const opening = left.filter(({ expect }) => expect === Expect.opened);
    const using = new Set(left.map(({ handle }) => handle));
    const open = [...handles].filter((handle) => handle.failure === undefined || using.has(handle));
    for (const handle of open.filter((each) => !opening.some((pending) => pending.handle === each))) {
      void openHandle(this.#exchange, handle, OpenFlag.again);
    }
    for (const { lease, leftMs } of leases.limited()) {
      this.#exchange.extend(lease, leftMs);
    }
    opening.forEach((each) => this.#ask(each));
    for (const handle of open) {
      for (const variable of handle.variables.values()) {
        if (variable.number >= 0) {
          writeNameOf(writer, variable);
        }
      }
    }
    this.#askInOrder(left.filter(({ expect }) => expect !== Expect.opened));
    connection.wake();
  }

  /** Of each variable, what is behind a large value is asked when that has been sent. */
  #askInOrder(requests: readonly Pending[]): void {
    const sending = new Map<NumberedVariable, HeldOperation[]>();
    const passed: NumberedVariable[] = [];
    for (const pending of requests) {
      const { variable, upload } = pending;
      const behind = variable && sending.get(variable);
      if (behind !== undefined) {
        behind.push(this.#hold(pending, variable!));
      } else if (!this.#ask(pending)) {
        passed.push(variable!);
      } else if (upload !== undefined) {
        sending.set(variable!, []);
      }
    }
    sending.forEach((operations, variable) => variable.held.unshift(...operations));
    passed.forEach((variable) => this.#exchange.uploads.passOver(variable));
  }

  #hold(pending: Pending, variable: NumberedVariable): HeldOperation {
    const held: HeldOperation = {
      run: () => {
        this.#held.delete(held);
        if (pending.isAbandoned) {
          this.#exchange.pending.remove(pending);
        } else {
          this.#ask(pending);
          this.#exchange.connection.wake();
        }
      },
      fail: (failure) => {
        this.#held.delete(held);
        this.#exchange.reject(pending, again(failure, whereOf(pending)));
      },
    };
    this.#held.set(held, variable);
    return held;
  }

  /** What was still to be asked again is among what is asked now. */
  #forgetHeld(): void {
    for (const [held, variable] of this.#held) {
      variable.held.splice(variable.held.indexOf(held), 1);
    }
    this.#held.clear();
  }

  /** Forgets what has come of answers, and requests in which nobody is interested. Returns the others, in the order in which they were made. */
  #clean(): Pending[] {
    const exchange = this.#exchange;
    const left: Pending[] = [];
    for (const each of [...exchange.pending.used()]) {
      // (What gives something back is asked again until it is answered: this run may end before it has heard of it for good.)
      if (each.isAbandoned && each.lease === 0 && each.booking === 0) {
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

  /** False: it is a value that cannot be sent again. */
  #ask(pending: Pending): boolean {
    const exchange = this.#exchange;
    const { writer } = exchange.connection;
    const { deadlineAt } = pending;
    writeSerial(writer, pending.serial);
    writer.copy(deadlineAt === 0 ? pending.frame! : withTimeout(pending.frame!, deadlineAt - exchange.now()));
    if (pending.upload === undefined || exchange.uploads.restart(pending)) {
      if (pending.cutOff !== undefined) {
        exchange.frame(pending.request, Verb.cancel); // Its caller has aborted it.
      }
      return true;
    }
    // (Unless the server has the value: then it says so all the same.)
    exchange.frame(pending.request, Verb.cancel);
    pending.cutOff = cutOff(pending, "while the stream was being stored; it is not stored");
    return false;
  }
}

/** The frame of a request that times out, after so long. */
function withTimeout(frame: Uint8Array, timeoutMs: number): Uint8Array {
  const copy = frame.slice();
  const at = plainVerb(frame[VERB_AT]!) === Verb.complete ? TIMEOUT_AT + LEASE_BYTES : TIMEOUT_AT;
  new DataView(copy.buffer).setUint32(at, Math.max(1, Math.ceil(timeoutMs)));
  return copy;
}

function cutOff(pending: Pending, how: string): NwsError {
  const where = whereOf(pending);
  const reason = `the server was restarted ${how}`;
  return new ConnectionLostError("connection_lost", `${subject(where)} failed: ${reason}`, { ...where, reason });
}
