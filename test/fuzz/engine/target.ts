import type { Random } from "../../log/simulation.ts";

/** Something that is fed with inputs, to see what they do to it. */
export interface Target {
  /** Genuine inputs, to begin with: each is looked at once, then changed. */
  seeds(): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Makes it ready: once before the first input, and anew after each that failed. */
  start(): Attempt | Promise<Attempt>;
  /** Bytes that mean something in an input, and that chance would not find. Default: none. */
  readonly words?: readonly Uint8Array[];
  /** For inputs that are lists of pieces (`pieces.ts`): makes one at random. Default: inputs are plain bytes. */
  readonly freshPiece?: (random: Random) => Uint8Array;
  /** Longest input, in bytes. Default: 4096. */
  readonly maxBytes?: number;
  /** An input that takes longer than this has failed, in milliseconds. Default: 1000. */
  readonly maxMs?: number;
}

/** One that is ready. */
export interface Attempt {
  /** Tries an input, which is not to be kept. What it throws is a failure. */
  attempt(input: Uint8Array): void | Promise<void>;
  /** Looks whether all is as it was before the inputs since the last look; called every some thousand inputs. Throws what is wrong. */
  check?(): void | Promise<void>;
  stop?(): void | Promise<void>;
}
