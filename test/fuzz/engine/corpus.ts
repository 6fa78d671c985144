import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../log/simulation.ts";

/** Inputs that have reached something which none before them had: in memory, and as files in a folder if there is one. */
export class Corpus {
  readonly #folder: string | undefined;
  readonly #inputs: Uint8Array[] = [];

  constructor(folder: string | undefined) {
    this.#folder = folder;
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true });
    }
  }

  get count(): number {
    return this.#inputs.length;
  }

  /** What earlier runs have left. They are not in the corpus before they are added. */
  kept(): Uint8Array[] {
    const folder = this.#folder;
    const files = folder === undefined ? [] : readdirSync(folder);
    return files.sort().map((name) => new Uint8Array(readFileSync(join(folder!, name))));
  }

  add(input: Uint8Array): void {
    this.#inputs.push(input);
    if (this.#folder !== undefined) {
      writeFileSync(join(this.#folder, nameOf(input)), input);
    }
  }

  /** An earlier input that reaches nothing which others do not. */
  forget(input: Uint8Array): void {
    if (this.#folder !== undefined) {
      rmSync(join(this.#folder, nameOf(input)), { force: true });
    }
  }

  /** Newer ones more often, for they are where something new was found; and short ones, which take less time. */
  pick(random: Random): Uint8Array {
    const one = this.#pick(random);
    const other = this.#pick(random);
    return one.length < other.length ? one : other;
  }

  #pick(random: Random): Uint8Array {
    const count = this.#inputs.length;
    const at = random.chance(0.5) ? random.below(count) : count - 1 - Math.floor(count * random.next() ** 4);
    return this.#inputs[Math.max(0, at)]!;
  }
}

export function nameOf(input: Uint8Array): string {
  return createHash("sha1").update(input).digest("hex").slice(0, 16);
}
