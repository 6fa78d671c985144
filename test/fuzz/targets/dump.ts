import { createHash } from "node:crypto";
import { contentsOf } from "../../../src/cli/dump/dump-contents.ts";
import { CommandFailure } from "../../../src/cli/exit-code.ts";
import { concat } from "../engine/mutate.ts";
import type { Target } from "../engine/target.ts";
import { dumpBody, dumpWords, genuineDump, recordsOf, sealed, streamOf } from "../support/dumps.ts";

/**
 * Dumps, behind a byte that says how they end: as the input does, or with an end record that fits. They are read, as another CBOR library reads
 * them, or refused with a sentence and an exit code.
 */
export const target: Target = {
  seeds: async () => [concat([Uint8Array.of(0), await genuineDump()]), concat([Uint8Array.of(1), await dumpBody()])],
  start: () => ({ attempt }),
  words: dumpWords,
  maxBytes: 1024,
};

async function attempt(input: Uint8Array): Promise<void> {
  const body = input.subarray(1);
  const isEnded = ((input[0] ?? 0) & 1) === 1;
  const dump = isEnded ? sealed(body) : body;
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
  const others = totalsOf(recordsOf(body) ?? []);
  if (totals.join("\n") !== others.join("\n")) {
    throw new Error(`another library reads another dump:\n${totals.join("\n")}\n---\n${others.join("\n")}`);
  }
}

/** Whether it ends with the checksum of all that is before its end record, which begins anywhere in its last bytes. */
function isSealed(dump: Uint8Array): boolean {
  const digest = dump.subarray(-32);
  return Array.from({ length: 80 }, (_, at) => dump.subarray(0, dump.length - 33 - at)).some(
    (before) => Buffer.compare(createHash("sha256").update(before).digest(), digest) === 0,
  );
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
