import { decodeSequence } from "cbor2";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { DumpWriter } from "../../../src/cli/dump/dump-writer.ts";
import { concat } from "../engine/mutate.ts";
import { piecesOf } from "./pieces-of.ts";

const END_BYTES = 42;
const text = (latin1: string): Uint8Array => new Uint8Array(Buffer.from(latin1, "latin1"));

/** Bytes that mean something in a dump. */
export const dumpWords: readonly Uint8Array[] = [
  "i__default",
  "iworkspace",
  "hvariable",
  "dfifo",
  "flifo",
  "fsingle",
  "emulti",
  "gunknown",
  "\xf4",
  "\xf5",
  "\x83",
  "\x84",
  "\x82",
  "\x85",
  "cend",
  "\x5f\x41x\xff",
].map(text);

/** As a file is read: whole, or in small pieces. */
export function streamOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const isCut = (bytes.at(-1) ?? 0) % 8 === 0;
  return Readable.from(isCut ? piecesOf(bytes, Uint8Array.of(30, 2, 7)) : [bytes]) as AsyncIterable<Uint8Array>;
}

/** The records that are arrays, as another library reads them; undefined: it does not. */
export function recordsOf(bytes: Uint8Array): unknown[][] | undefined {
  try {
    return [...decodeSequence(bytes)].filter((record) => Array.isArray(record));
  } catch {
    return undefined;
  }
}

/** With an end record that fits, as far as that is possible. */
export function sealed(body: Uint8Array): Uint8Array {
  return concat([body, endOf(body, recordsOf(body) ?? [])]);
}

/** A dump without its end record. */
export async function dumpBody(): Promise<Uint8Array> {
  return (await genuineDump()).subarray(0, -END_BYTES);
}

function endOf(body: Uint8Array, records: readonly unknown[][]): Uint8Array {
  const count = (kind: string): number => records.filter(([first]) => first === kind).length;
  const values = records.filter(([first]) => typeof first === "number").length;
  const counts = [count("workspace"), count("variable"), values].map((each) => Math.min(each, 23));
  return concat([
    Uint8Array.of(0x85, 0x63),
    text("end"),
    Uint8Array.from(counts),
    Uint8Array.of(0x58, 32),
    createHash("sha256").update(body).digest(),
  ]);
}

export async function genuineDump(): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const writer = new DumpWriter((bytes) => {
    pieces.push(bytes);
    return Promise.resolve();
  });
  writer.header(new Date("2026-11-29T12:00:00Z"), "1.2.3", 2);
  writer.workspace(text("jobs"), true, "os");
  writer.idleTimeout(60_000);
  writer.variable(text("next"), "fifo", true);
  writer.limits({ maxValues: 9, maxBytes: undefined, whenFull: "dropOldest", ttl: 500 });
  writer.value(1, text("one"), 0, 3);
  writer.value(0xffff_ffff, new Uint8Array(0), 0, 0);
  writer.begin(3, 5);
  await writer.piece(Uint8Array.of(1, 2));
  await writer.piece(Uint8Array.of(3, 4, 5));
  writer.variable(Uint8Array.of(0xff, 0x61), "unknown", false);
  writer.workspace(text("empty"), false, undefined);
  await writer.end();
  return concat(pieces);
}
