import { decode, DeserializationFault } from "../../../src/codec/index.ts";
import type { Random } from "../../log/simulation.ts";
import type { Target } from "../engine/target.ts";
import { concat, randomBytes } from "../engine/mutate.ts";
import { joinPieces, splitPieces } from "../engine/pieces.ts";
import { tryForeign } from "../support/foreign.ts";

const matlab = 2;
const octave = 6;

/** Any descriptor (four bytes of each piece) with any bytes: texts, raw bytes, MATLAB's arrays, languages that nobody reads. */
export const target: Target = {
  seeds: () => [joinPieces([Uint8Array.of(11, 0, 0, 1, 0x68, 0xc3, 0xa4), matlabNumbers(0x02000217, 16)])],
  start: () => ({
    attempt: (input) => {
      splitPieces(input).forEach(tryOne);
    },
  }),
  freshPiece: (random) =>
    concat([descriptorBytes(random), randomBytes(random, random.below(5) * random.pick([1, 2, 4, 8]))]),
  maxBytes: 512,
};

function tryOne(piece: Uint8Array): void {
  const [a = 0, b = 0, c = 0, d = 0] = piece;
  const descriptor = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const bytes = piece.subarray(4);
  try {
    decode(descriptor, bytes);
  } catch (error) {
    if (!(error instanceof DeserializationFault) || error.descriptor !== descriptor) {
      throw error;
    }
  }
  tryForeign(descriptor, bytes);
}

function descriptorBytes(random: Random): Uint8Array {
  const language = random.pick([matlab, matlab, octave, random.below(13), random.below(256)]);
  return Uint8Array.of(
    language,
    random.chance(0.9) ? 0 : random.below(256),
    random.below(5),
    random.below(256) | random.pick([0, 1, 3]),
  );
}

function matlabNumbers(descriptor: number, bytes: number): Uint8Array {
  return concat([Uint8Array.from([24, 16, 8, 0], (shift) => (descriptor >>> shift) & 0xff), new Uint8Array(bytes)]);
}
