import { SealError, Sealer } from "../../../src/sleigh/seal.ts";
import { concat } from "../engine/mutate.ts";
import type { Target } from "../engine/target.ts";

// (Another one in every run: what an earlier run has sealed and kept is forged.)
const key = Sealer.newKey();
const sealer = new Sealer(key, "sleigh");
const genuine = [
  sealer.seal("tasks", {
    kind: "tasks",
    job: 1,
    chunk: 2,
    spec: { inline: new Uint8Array(3) },
    first: 0,
    count: 1,
    args: { value: [1], parts: [], inline: [] },
    layout: "rows",
  }),
  sealer.seal("tasks", { kind: "bye" }),
].map((envelope) => concat([envelope]));

/** Sealed messages of a sleigh: nothing is accepted but, once, what was sealed, byte for byte, for that variable. */
export const target: Target = {
  seeds: () => genuine,
  start: () => {
    const opener = new Sealer(key, "sleigh");
    genuine.forEach((envelope) => opener.open("tasks", envelope));
    return { attempt: (input) => attempt(opener, input) };
  },
  maxBytes: 256,
};

function attempt(opener: Sealer, input: Uint8Array): void {
  const isGenuine = genuine.some((envelope) => Buffer.compare(envelope, input) === 0);
  for (const [variable, expected] of [
    ["tasks", isGenuine ? "replayed" : "forged"],
    ["results", "forged"],
  ] as const) {
    try {
      opener.open(variable, input);
    } catch (error) {
      if (!(error instanceof SealError) || error.reason !== expected) {
        throw error;
      }
      continue;
    }
    throw new Error("an envelope was opened that should not be");
  }
}
