import { decodeSequence } from "cbor2";
import { createHash } from "node:crypto";
import { contentsOf } from "../../../src/cli/dump/dump-contents.ts";
import { DumpWriter } from "../../../src/cli/dump/dump-writer.ts";
import { CommandFailure } from "../../../src/cli/exit-code.ts";
import { concat } from "../engine/mutate.ts";
import type { Target } from "../engine/target.ts";
import { piecesOf } from "../support/pieces-of.ts";

const END_BYTES = 42;
const text = (latin1: string): Uint8Array => new Uint8Array(Buffer.from(latin1, "latin1"));

/**
 * Dumps, behind a byte that says how they end: as the input does, or with an end record that fits. They are read, as another CBOR library reads
 * them, or refused with a sentence and an exit code.
 */
export const target: Target = {
  seeds: async () => {
    const bytes = await genuine();
    return [concat([Uint8Array.of(0), bytes]), concat([Uint8Array.of(1), bytes.subarray(0, -END_BYTES)])];
  },
  start: () => ({ attempt }),
  words: [
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
  ].map(text),
  maxBytes: 1024,
};

async function attempt(input: Uint8Array): Promise<void> {
  const body = input.subarray(1);
  const isEnded = ((input[0] ?? 0) & 1) === 1;
  const records = isEnded ? recordsOf(body) : undefined;
  const dump = isEnded ? concat([body, endOf(body, records ?? [])]) : body;
  let contents;
  try {
    contents = await contentsOf(streamOf(dump));
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.message === "") {
      throw error;
    }
    return;
  }
  if (!isEnded && !isSealed(body)) {
    throw new Error("a dump is read whose checksum is wrong");
  }
  const totals = [...contents.workspaces.values()].map(
    ({ name, totals }) => `${name}: ${totals.variables}, ${totals.values}, ${totals.bytes}`,
  );
  const others = totalsOf(records ?? recordsOf(body) ?? []);
  if (totals.join("\n") !== others.join("\n")) {
    throw new Error(`another library reads another dump:\n${totals.join("\n")}\n---\n${others.join("\n")}`);
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- as a file is read
async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if ((bytes.at(-1) ?? 0) % 8 === 0) {
    yield* piecesOf(bytes, Uint8Array.of(30, 2, 7));
  } else {
    yield bytes;
  }
}

/** Whether it ends with the checksum of all that is before its end record, which begins anywhere in its last bytes. */
function isSealed(dump: Uint8Array): boolean {
  const digest = dump.subarray(-32);
  return Array.from({ length: 80 }, (_, at) => dump.subarray(0, dump.length - 33 - at)).some(
    (before) => Buffer.compare(createHash("sha256").update(before).digest(), digest) === 0,
  );
}

/** What another library reads; undefined: nothing. */
function recordsOf(bytes: Uint8Array): unknown[][] | undefined {
  try {
    return [...decodeSequence(bytes)].filter((record) => Array.isArray(record));
  } catch {
    return undefined;
  }
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

function totalsOf(records: readonly unknown[][]): string[] {
  const lines: { readonly name: string; variables: number; values: number; bytes: number }[] = [];
  for (const [kind, name] of records) {
    const last = lines.at(-1);
    if (kind === "workspace") {
      lines.push({
        name: typeof name === "string" ? name : nameOf(name as Uint8Array),
        variables: 0,
        values: 0,
        bytes: 0,
      });
    } else if (kind === "variable" && last !== undefined) {
      last.variables++;
    } else if (typeof kind === "number" && last !== undefined) {
      last.values++;
      last.bytes += typeof name === "number" ? name : (name as Uint8Array).length;
    }
  }
  return lines.map(({ name, variables, values, bytes }) => `${name}: ${variables}, ${values}, ${bytes}`);
}

/** Bytes that are no UTF-8 are lone surrogates in the names of this library. */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join("");
  }
}

async function genuine(): Promise<Uint8Array> {
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
