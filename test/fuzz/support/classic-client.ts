import type { FuzzSocket } from "./fuzz-socket.ts";

/** Who answers in the long shape, and which of those may wait. */
const longVerbs = new Set([
  "fetch",
  "fetchTry",
  "find",
  "findTry",
  "ifetch",
  "ifetchTry",
  "ifind",
  "ifindTry",
  "list wss",
  "list vars",
  "mktemp ws",
]);
const waitingVerbs = new Set(["fetch", "find", "ifetch", "ifind"]);

/** The numbers of the protocol have no more digits than a safe integer; more is a breach of it. */
const GREATEST = 2 ** 53 - 1;

/** One connection of the classic protocol: notes what was sent, and holds the answers against it. Written from docs/protocol.md. */
export class ClassicClient {
  readonly socket: FuzzSocket;
  #sent: Buffer[] = [];
  #received: Buffer[] = [];

  constructor(socket: FuzzSocket) {
    this.socket = socket;
  }

  send(bytes: Uint8Array): void {
    this.#sent.push(Buffer.from(bytes));
    this.socket.send(bytes);
  }

  /** Throws when a request has no answer, or more than one, although the connection is open, or an answer is none. `isDeaf`: answers may be on their way. */
  check(isDeaf: boolean): void {
    this.#received.push(this.socket.takeReceived());
    const sent = new Cursor(Buffer.concat(this.#sent));
    const received = new Cursor(Buffer.concat(this.#received));
    const terms = handshake(sent, received);
    if (terms === undefined) {
      return;
    }
    let waiting = false;
    for (;;) {
      const verb = nextRequest(sent, terms.metadataIn);
      if (verb === undefined) {
        break;
      }
      if (!passAnswer(received, terms, verb)) {
        if (this.socket.isEnded || isDeaf || (waitingVerbs.has(verb) && !waiting)) {
          waiting = true;
          continue;
        }
        throw new Error(`'${verb}' is not answered`);
      }
      if (waiting && !isDeaf && !this.socket.isEnded) {
        throw new Error(`'${verb}' is answered before a request that was earlier`);
      }
    }
    if (!received.isAtEnd && !isDeaf && !this.socket.isEnded) {
      throw new Error(`${received.left} bytes that answer nothing`);
    }
  }
}

interface Terms {
  readonly cookie: boolean;
  readonly metadataIn: boolean;
  readonly metadataOut: boolean;
}

/** Undefined: it is not over, or was refused. */
function handshake(sent: Cursor, received: Cursor): Terms | undefined {
  const greeting = sent.text(4);
  if (greeting?.startsWith("X") === true) {
    received.text(4);
    received.dictionary();
    sent.text(4);
    const wanted = sent.dictionary();
    if (wanted === undefined || received.text(4) !== "A000" || wanted.get("Multiplex") === "1") {
      return undefined;
    }
    const asks = (option: string): boolean => wanted.get(option) === "1";
    return { cookie: true, metadataIn: asks("MetadataToServer"), metadataOut: asks("MetadataFromServer") };
  }
  if (greeting === undefined || received.text(4) !== "2223") {
    return undefined;
  }
  return { cookie: greeting !== "0000" && greeting !== "1111", metadataIn: false, metadataOut: false };
}

/** The verb of the next request that is complete; "" when it has none. */
function nextRequest(sent: Cursor, metadataIn: boolean): string | undefined {
  if (metadataIn && sent.dictionary() === undefined) {
    return undefined;
  }
  const count = sent.number(4);
  let verb = "";
  for (let argument = 0; argument < (count ?? 0); argument++) {
    const length = sent.number(20);
    const text = length === undefined ? undefined : sent.text(length);
    if (text === undefined) {
      return undefined;
    }
    verb = argument === 0 ? text : verb;
  }
  return count === undefined ? undefined : verb;
}

/** False: it is not there, or not whole. */
function passAnswer(received: Cursor, { cookie, metadataOut }: Terms, verb: string): boolean {
  if (received.isAtEnd) {
    return false;
  }
  const isThere = (!metadataOut || received.dictionary() !== undefined) && received.number(4) !== undefined;
  if (!isThere || !longVerbs.has(verb)) {
    return isThere;
  }
  received.number(20);
  if (cookie) {
    received.text(40);
  }
  const length = received.number(20);
  return length !== undefined && received.text(length) !== undefined;
}

/** Reads on; undefined where there is not enough, or it is no number: then nothing more is there. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  get isAtEnd(): boolean {
    return this.left <= 0;
  }

  text(length: number): string | undefined {
    const start = this.#at;
    this.#at += length;
    return this.#at > this.#bytes.length ? undefined : this.#bytes.toString("latin1", start, this.#at);
  }

  number(width: number): number | undefined {
    const text = this.text(width);
    const value = text !== undefined && /^\d+$/.test(text) ? Number(text) : Infinity;
    if (value > GREATEST) {
      this.#at = Infinity;
      return undefined;
    }
    return value;
  }

  dictionary(): ReadonlyMap<string, string> | undefined {
    const found = new Map<string, string>();
    for (let left = this.number(4) ?? -1; left >= 0; left--) {
      if (left === 0) {
        return found;
      }
      const name = this.text(this.number(4) ?? Infinity);
      const value = this.text(this.number(4) ?? Infinity);
      if (name === undefined || value === undefined) {
        return undefined;
      }
      found.set(name, value);
    }
    return undefined;
  }
}
