import type { Random } from "../../log/simulation.ts";
import { howMany, mutateBytes, type Surroundings } from "./mutate.ts";
import { joinPieces, splitPieces } from "./pieces.ts";
import type { Target } from "./target.ts";

const MAX_BYTES = 4096;

/** Makes new inputs of old ones, as suits a target. */
export class Mutator {
  readonly maxBytes: number;
  readonly #words: readonly Uint8Array[];
  readonly #freshPiece: Target["freshPiece"];
  readonly #random: Random;

  constructor(target: Target, random: Random) {
    this.maxBytes = target.maxBytes ?? MAX_BYTES;
    this.#words = target.words ?? [];
    this.#freshPiece = target.freshPiece;
    this.#random = random;
  }

  /** `input` changed, maybe with parts of `other`. */
  mutate(input: Uint8Array, other: Uint8Array): Uint8Array {
    const random = this.#random;
    const around = { words: this.#words, other };
    const fresh = this.#freshPiece;
    const mutant =
      fresh === undefined || random.chance(0.02)
        ? mutateBytes(input, random, around)
        : joinPieces(this.#mutatePieces(splitPieces(input), fresh, around));
    return mutant.length > this.maxBytes ? mutant.subarray(0, this.maxBytes) : mutant;
  }

  #mutatePieces(pieces: Uint8Array[], fresh: (random: Random) => Uint8Array, around: Surroundings): Uint8Array[] {
    const random = this.#random;
    const others = splitPieces(around.other);
    const anyPiece = (): Uint8Array => (others.length > 0 && random.chance(0.4) ? random.pick(others) : fresh(random));
    for (let left = howMany(random); left > 0; left--) {
      const at = random.below(pieces.length + 1);
      switch (random.below(8)) {
        case 0:
          pieces.splice(at, 1 + random.below(3));
          break;
        case 1:
          pieces.splice(at, 0, ...pieces.slice(at, at + 1 + random.below(4)));
          break;
        case 2:
          pieces.splice(random.below(pieces.length + 1), 0, ...pieces.splice(at, 1));
          break;
        case 3:
          pieces.splice(at, 0, ...others.slice(random.below(others.length + 1)).slice(0, 1 + random.below(8)));
          break;
        case 4:
          if (at < pieces.length) {
            pieces[at] = mutateBytes(pieces[at]!, random, { words: this.#words, other: anyPiece() });
          }
          break;
        default:
          pieces.splice(at, random.chance(0.3) ? 1 : 0, anyPiece());
      }
    }
    return pieces;
  }
}
