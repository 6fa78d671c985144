/** Others wait at most so long for work that is done in slices. */
const SLICE_MS = 2;
/** The clock is asked only now and then. */
const STEPS = 64;
/** Runs of so many are sorted in one go. */
const RUN = 2048;

/** Long work that lets others come in between. */
export class Slices {
  /** How long it has worked; not what others did meanwhile. */
  #workedMs = 0;
  #beganAt = performance.now();
  #steps = 0;

  get workedMs(): number {
    return this.#workedMs + performance.now() - this.#beganAt;
  }

  /** To be called at each step, or after so many; what it returns is to be awaited, when it is a promise: others have waited long enough. */
  step(steps = 1): Promise<void> | undefined {
    this.#steps += steps;
    if (this.#steps < STEPS) {
      return undefined;
    }
    this.#steps = 0;
    const worked = performance.now() - this.#beganAt;
    return worked < SLICE_MS ? undefined : this.#pause(worked);
  }

  async #pause(worked: number): Promise<void> {
    this.#workedMs += worked;
    await new Promise((resolve) => setImmediate(resolve));
    this.#beganAt = performance.now();
  }
}

/** The indices of `keys` in the order of the keys, or from the greatest on; equal ones stay as they are. */
export async function orderOf(
  keys: readonly (number | string)[],
  order: "asc" | "desc",
  slices: Slices,
): Promise<Uint32Array> {
  const sign = order === "asc" ? 1 : -1;
  const compare = (a: number, b: number): number => (keys[a]! < keys[b]! ? -sign : keys[a]! > keys[b]! ? sign : a - b);
  let sorted = Uint32Array.from(keys.keys());
  let merged = new Uint32Array(sorted.length);
  for (let at = 0; at < sorted.length; at += RUN) {
    sorted.subarray(at, at + RUN).sort(compare);
    await slices.step(RUN);
  }
  for (let run = RUN; run < sorted.length; run *= 2) {
    for (let at = 0; at < sorted.length; at += 2 * run) {
      let left = at;
      let right = Math.min(at + run, sorted.length);
      const [middle, end] = [right, Math.min(right + run, sorted.length)];
      for (let to = at; to < end; to++) {
        const isLeft = right === end || (left < middle && compare(sorted[left]!, sorted[right]!) < 0);
        merged[to] = sorted[isLeft ? left++ : right++]!;
        const pause = slices.step();
        if (pause !== undefined) {
          await pause;
        }
      }
    }
    [sorted, merged] = [merged, sorted];
  }
  return sorted;
}
