import { createHash } from "node:crypto";
import type { Durability } from "../../client/index.ts";
import type { ValueSink } from "../../client/value-sink.ts";
import { Major, Tag } from "../../codec/cbor-format.ts";
import { CborOutput } from "../../codec/cbor-output.ts";
import {
  BREAK,
  type DumpLimits,
  type DumpMode,
  FORMAT_NAME,
  INDEFINITE_BYTES,
  MOST_BYTES_AT_ONCE,
  noTotals,
} from "./dump-format.ts";

/** With so much gathered it is written out. */
const WRITE_BYTES = 262_144;
const FALSE = 0xf4;
const TRUE = 0xf5;

/** Writes a dump, record by record, to wherever `write` puts bytes; it resolves when they are out. */
export class DumpWriter implements ValueSink {
  readonly totals = noTotals();
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #hash = createHash("sha256");
  readonly #out = new CborOutput();
  /** Bytes of a long value that are to come. */
  #rest = 0;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** `format`: the least version that has all the records which follow. */
  header(time: Date, version: string, format: number): void {
    this.#out.tag(Tag.selfDescribed);
    this.#array(4);
    this.#out.text(FORMAT_NAME);
    this.#out.number(format);
    this.#out.text(time.toISOString());
    this.#out.text(version);
  }

  workspace(name: Uint8Array, isPersistent: boolean, durability: Durability | undefined): void {
    this.totals.workspaces++;
    this.#array(durability === undefined ? 3 : 4);
    this.#out.text("workspace");
    this.#name(name);
    this.#out.byte(isPersistent ? TRUE : FALSE);
    if (durability !== undefined) {
      this.#out.text(durability);
    }
  }

  idleTimeout(ms: number): void {
    this.#array(2);
    this.#out.text("idle timeout");
    this.#out.number(ms);
  }

  variable(name: Uint8Array, mode: DumpMode, isGuarded: boolean): void {
    this.totals.variables++;
    this.#array(4);
    this.#out.text("variable");
    this.#name(name);
    this.#out.text(mode);
    this.#out.byte(isGuarded ? TRUE : FALSE);
  }

  limits({ maxValues, maxBytes, whenFull, ttl }: DumpLimits): void {
    this.#array(5);
    this.#out.text("limits");
    this.#out.number(maxValues ?? 0);
    this.#out.number(maxBytes ?? 0);
    this.#out.text(whenFull ?? "block");
    this.#out.number(ttl ?? 0);
  }

  value(descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    this.totals.values++;
    this.totals.bytes += end - start;
    this.#array(2);
    this.#out.number(descriptor);
    this.#out.byteString(bytes.subarray(start, end));
  }

  begin(descriptor: number, length: number): void {
    this.totals.values++;
    this.totals.bytes += length;
    this.#rest = length;
    this.#array(3);
    this.#out.number(descriptor);
    this.#out.number(length);
    this.#out.byte(INDEFINITE_BYTES);
  }

  async piece(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += MOST_BYTES_AT_ONCE) {
      this.#out.byteString(bytes.subarray(at, at + MOST_BYTES_AT_ONCE));
    }
    this.#rest -= bytes.length;
    if (this.#rest === 0) {
      this.#out.byte(BREAK);
    }
    await this.drained();
  }

  async drained(): Promise<void> {
    if (this.#out.length >= WRITE_BYTES) {
      await this.#flush();
    }
  }

  async end(): Promise<void> {
    await this.#flush();
    const { workspaces, variables, values } = this.totals;
    this.#array(5);
    this.#out.text("end");
    this.#out.number(workspaces);
    this.#out.number(variables);
    this.#out.number(values);
    this.#out.byteString(this.#hash.digest());
    await this.#write(this.#out.take());
  }

  async #flush(): Promise<void> {
    const bytes = this.#out.take();
    this.#hash.update(bytes);
    await this.#write(bytes);
  }

  /** Text; bytes where the name is not UTF-8, as those of classic clients may be. */
  #name(name: Uint8Array): void {
    this.#out.head(isUtf8(name) ? Major.text : Major.bytes, name.length);
    this.#out.append(name);
  }

  #array(count: number): void {
    this.#out.head(Major.array, count);
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
