/** Most blocks of code that can be told apart. */
export const MOST_BLOCKS = 65_536;

/**
 * How often each block of the instrumented code has run (see `instrument.ts`), up to 255. One array for the whole process: what is instrumented
 * finds it by its name.
 */
export const blocks: Uint8Array = ((globalThis as { __fuzzBlocks?: Uint8Array }).__fuzzBlocks ??= new Uint8Array(
  MOST_BLOCKS,
));

/** The size of a count as one bit: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, more. */
const sizes = Uint8Array.from({ length: 256 }, (_, count) => {
  const steps = [1, 2, 3, 4, 8, 16, 32, 128];
  return count === 0 ? 0 : 1 << (steps.filter((step) => count >= step).length - 1);
});

/** What has been seen of the code so far: which blocks, and how often they ran for one input. */
export class Coverage {
  /** Of every block, the sizes that were seen. */
  readonly #seen: Uint8Array;
  readonly #words: Uint32Array;
  #blockCount = 0;

  /** `count`: blocks that there are; 0: nothing is instrumented. */
  constructor(count: number) {
    this.#seen = new Uint8Array(count);
    this.#words = new Uint32Array(blocks.buffer, 0, Math.ceil(count / 4));
  }

  get blockCount(): number {
    return this.#blockCount;
  }

  clear(): void {
    this.#words.fill(0);
  }

  /** Whether something ran since `clear` that never did before, or so often; it counts as seen then. */
  note(): boolean {
    const words = this.#words;
    let isNew = false;
    for (let word = 0; word < words.length; word++) {
      if (words[word] !== 0) {
        isNew = this.#noteWord(word * 4) || isNew;
      }
    }
    return isNew;
  }

  #noteWord(from: number): boolean {
    let isNew = false;
    for (let at = from; at < from + 4; at++) {
      const size = sizes[blocks[at]!]!;
      const seen = this.#seen[at] ?? 0;
      if ((seen | size) !== seen) {
        this.#blockCount += seen === 0 ? 1 : 0;
        this.#seen[at] = seen | size;
        isNew = true;
      }
    }
    return isNew;
  }
}
