import { isDeepStrictEqual } from "node:util";
import { ClientHandshake, type HandshakeStep, offeredOptions, ServerHandshake } from "../../../src/wire/index.ts";
import { concat } from "../engine/mutate.ts";
import type { Target } from "../engine/target.ts";
import { piecesOf } from "../support/pieces-of.ts";

const text = (latin1: string): Uint8Array => new Uint8Array(Buffer.from(latin1, "latin1"));
const offer = offeredOptions({ allowKillOnClose: true, webPort: 8766 });

/** The handshakes of server and client: all bytes lead to the same outcome, however they arrive, and an outcome to the rest of them. */
export const target: Target = {
  seeds: () =>
    [
      "1111rest",
      "2222rest",
      "X000R00000020016MetadataToServer000110018MetadataFromServer00011rest",
      "X000R00000010009Multiplex00011rest",
      "X000R00000020010NwsWebPort000487660017KillServerOnClose00011rest",
      "P00000020009Multiplex00000010NwsWebPort00048766A000rest",
      "2223rest",
    ].map(text),
  start: () => ({ attempt }),
  words: [
    "X000",
    "R000",
    "P000",
    "A000",
    "F000",
    "0001",
    "0009Multiplex00011",
    "0016MetadataToServer00011",
    "9999",
  ].map(text),
  maxBytes: 256,
};

interface Handshake {
  push(chunk: Uint8Array): HandshakeStep<{ readonly mode: string }>;
}

function attempt(input: Uint8Array): void {
  for (const make of [() => new ServerHandshake(offer), () => new ClientHandshake()]) {
    const whole = outcomeOf(make(), [input]);
    const cut = outcomeOf(make(), piecesOf(input, input.subarray(0, 3)));
    if (!isDeepStrictEqual(whole, cut)) {
      throw new Error("what comes in pieces is something else");
    }
  }
}

/** What is written, what comes of it, and what is left. */
function outcomeOf(handshake: Handshake, chunks: Iterable<Uint8Array>): unknown {
  const written: Uint8Array[] = [];
  const left: Uint8Array[] = [];
  let outcome: { readonly mode: string } | undefined;
  for (const chunk of chunks) {
    if (outcome !== undefined) {
      left.push(chunk);
      continue;
    }
    const step = handshake.push(chunk);
    written.push(step.write);
    left.push(step.rest);
    outcome = step.outcome;
  }
  // (Nobody reads what comes after a refusal.)
  return { written: concat(written), outcome, left: outcome?.mode === "refused" ? undefined : concat(left) };
}
