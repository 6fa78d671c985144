import type { ByteWriter } from "./byte-writer.ts";
import { COOKIE_FIELD_BYTES } from "./classic-position.ts";
import { writeDictionary } from "./dictionary.ts";
import { TEXT_DESCRIPTOR } from "./verbs.ts";

const STATUS_DONE = 0;
const STATUS_WIDTH = 4;
const NUMBER_WIDTH = 20;

/** The reply metadata of success: no pairs. */
const NO_METADATA = "0000";

/** Name of the sentence in the metadata of a failure, and how much of it is sent. */
const REASON = "nwsReason";
const MOST_REASON_BYTES = 1000;

/** A reply that names no variable has a blank id. */
const BLANK_ID = " ".repeat(COOKIE_FIELD_BYTES);

/** What the handshake agreed on about replies. */
export interface ReplyFormat {
  readonly cookie: boolean;
  readonly metadataOut: boolean;
}

/** Writes the replies of one classic connection. Every reply is whole, except those of which only the head is asked for. */
export class ClassicWriter {
  readonly #out: ByteWriter;
  readonly #cookie: boolean;
  readonly #metadata: boolean;

  constructor(out: ByteWriter, format: ReplyFormat) {
    this.#out = out;
    this.#cookie = format.cookie;
    this.#metadata = format.metadataOut;
  }

  /** The short reply of success. */
  done(): void {
    this.#begin();
  }

  /** A short reply that says why not. `reason`: a sentence, as a byte string; only clients that asked for metadata see it. */
  shortFailure(status: number, reason: string): void {
    this.#fail(status, reason);
  }

  /** A long reply without a value. */
  longFailure(status: number, reason: string): void {
    this.#fail(status, reason);
    this.#valueHead(0, undefined, 0, 0);
  }

  /** A long reply with the value `bytes[start, end)`, which are copied. */
  value(descriptor: number, variableId: number, index: number, bytes: Uint8Array, start: number, end: number): void {
    this.valueHead(descriptor, variableId, index, end - start);
    this.#out.copy(bytes, start, end);
  }

  /** A long reply up to its value, of which the caller sends exactly `length` bytes next. */
  valueHead(descriptor: number, variableId: number, index: number, length: number): void {
    this.#begin();
    this.#valueHead(descriptor, variableId, index, length);
  }

  /** A long reply with text made by the server (a listing, a name), a byte string. */
  text(text: string): void {
    this.#begin();
    this.#valueHead(TEXT_DESCRIPTOR, undefined, 0, text.length);
    this.#out.latin1(text);
  }

  #begin(): void {
    if (this.#metadata) {
      this.#out.latin1(NO_METADATA);
    }
    this.#out.decimal(STATUS_DONE, STATUS_WIDTH);
  }

  #fail(status: number, reason: string): void {
    if (this.#metadata) {
      writeDictionary(this.#out, new Map([[REASON, reason.slice(0, MOST_REASON_BYTES)]]));
    }
    this.#out.decimal(status, STATUS_WIDTH);
  }

  #valueHead(descriptor: number, variableId: number | undefined, index: number, length: number): void {
    const out = this.#out;
    out.decimal(descriptor, NUMBER_WIDTH);
    if (this.#cookie) {
      out.latin1(variableId === undefined ? BLANK_ID : String(variableId).padEnd(COOKIE_FIELD_BYTES));
      out.decimal(index, NUMBER_WIDTH);
    }
    out.decimal(length, NUMBER_WIDTH);
  }
}
