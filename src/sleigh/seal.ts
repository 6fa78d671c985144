import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Encoded } from "../codec/index.ts";
import { Mac, MAC_BYTES } from "./mac.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";
import { SeenCounters } from "./seen-counters.ts";

/*
 * Workers accept work only from their master, and the master results only from its workers. An envelope is
 *
 *   version (1) | sender (8) | counter (8) | HMAC-SHA256 (32) | descriptor (4) | encoded message
 *
 * The HMAC covers the sleigh's name, the variable's name and everything else in the envelope, so that none can be moved
 * to another variable. Sender and counter together never come twice.
 */
const VERSION = 1;
const SENDER_AT = 1;
const COUNTER_AT = 9;
const MAC_AT = 17;
const BODY_AT = MAC_AT + MAC_BYTES;
const VALUE_AT = BODY_AT + 4;

export const KEY_BYTES = 32;

/** The envelope is not to be acted on. `forged` covers all that this key did not seal for this variable. */
export class SealError extends Error {
  override readonly name: string = "SealError";
  readonly reason: "forged" | "replayed";

  constructor(reason: "forged" | "replayed", variable: string) {
    const sentence = reason === "forged" ? "was not sealed by this sleigh" : "was seen before";
    super(`a value of variable '${variable}' ${sentence}; it is ignored`);
    this.reason = reason;
  }
}

export interface OpenHow {
  /** Accept what was seen before: a leased value that comes again, a part. Default false. */
  readonly again?: boolean;
}

/** Seals and opens the messages of one sleigh. Each process has one, which is one sender. */
export class Sealer {
  readonly #mac: Mac;
  readonly #sleigh: string;
  readonly #sender = randomBytes(8);
  #counter = 0;
  /** By variable, and by sender. */
  readonly #seen = new Map<string, Map<string, SeenCounters>>();

  /** `key`: KEY_BYTES random bytes that master and workers share. `sleigh`: the name of the sleigh's workspace. */
  constructor(key: Uint8Array, sleigh: string) {
    if (key.length !== KEY_BYTES) {
      throw new RangeError(`the key of a sleigh has ${KEY_BYTES} bytes, not ${key.length}`);
    }
    this.#mac = new Mac(key);
    this.#sleigh = sleigh;
  }

  static newKey(): Uint8Array {
    return randomBytes(KEY_BYTES);
  }

  /** The message, to be stored into that variable. Throws a SerializationFault when the codec does. */
  seal(variable: string, message: object): Uint8Array {
    const { descriptor, bytes } = encodeMessage(message);
    const envelope = Buffer.allocUnsafe(VALUE_AT + bytes.length);
    envelope[0] = VERSION;
    this.#sender.copy(envelope, SENDER_AT);
    const counter = (this.#counter += 1);
    envelope.writeUInt32BE(Math.floor(counter / 2 ** 32), COUNTER_AT);
    envelope.writeUInt32BE(counter >>> 0, COUNTER_AT + 4);
    envelope.writeUInt32BE(descriptor, BODY_AT);
    envelope.set(bytes, VALUE_AT);
    this.#macOf(variable, envelope).copy(envelope, MAC_AT);
    return envelope;
  }

  /**
   * The message in an envelope that came from that variable. Throws a SealError when it is not to be acted on, and a
   * DeserializationFault when it is genuine and unreadable. (`T` is the caller's word: what is genuine has the shape it should.)
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller's word, in one place
  open<T>(variable: string, envelope: unknown, how: OpenHow = {}): T {
    if (!(envelope instanceof Uint8Array) || envelope.length < VALUE_AT || envelope[0] !== VERSION) {
      throw new SealError("forged", variable);
    }
    const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.length);
    if (!timingSafeEqual(this.#macOf(variable, bytes), bytes.subarray(MAC_AT, BODY_AT))) {
      throw new SealError("forged", variable);
    }
    const counter = bytes.readUInt32BE(COUNTER_AT) * 2 ** 32 + bytes.readUInt32BE(COUNTER_AT + 4);
    const isNew = this.#counters(variable, bytes.toString("latin1", SENDER_AT, COUNTER_AT)).note(counter);
    if (!isNew && how.again !== true) {
      throw new SealError("replayed", variable);
    }
    return decodeMessage(bytes.readUInt32BE(BODY_AT), bytes.subarray(VALUE_AT)) as T;
  }

  #macOf(variable: string, envelope: Buffer): Buffer {
    return this.#mac.of(`${this.#sleigh}\0${variable}\0`, envelope, MAC_AT, BODY_AT);
  }

  #counters(variable: string, sender: string): SeenCounters {
    let senders = this.#seen.get(variable);
    if (senders === undefined) {
      senders = new Map();
      this.#seen.set(variable, senders);
    }
    let counters = senders.get(sender);
    if (counters === undefined) {
      counters = new SeenCounters();
      senders.set(sender, counters);
    }
    return counters;
  }
}

/** The encoded message of an envelope that `open` has accepted: a view, for whoever decodes it elsewhere. */
export function sealedValue(envelope: Uint8Array): Encoded {
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.length);
  return { descriptor: bytes.readUInt32BE(BODY_AT), bytes: envelope.subarray(VALUE_AT) };
}
