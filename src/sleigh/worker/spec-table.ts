import type { JobSpec, SpecSource } from "../messages.ts";
import { decodeSpec } from "./job.ts";
import type { PartStore } from "./part-store.ts";

/** So many are kept; one that is needed again after that is read again. */
const MAX_SPECS = 256;

/** What the session thread must know of jobs: their limits, and the parts that the task thread needs before them. */
export class SpecTable {
  readonly #parts: PartStore;
  readonly #specs = new Map<number, JobSpec>();

  constructor(parts: PartStore) {
    this.#parts = parts;
  }

  /** If all is there that the job needs. */
  known(job: number): JobSpec | undefined {
    return this.#specs.get(job);
  }

  /** Resolves when the task thread has been sent all that the job needs. */
  async spec(job: number, source: SpecSource): Promise<JobSpec> {
    const known = this.#specs.get(job);
    if (known !== undefined) {
      return known;
    }
    const bytes = typeof source === "string" ? await this.#parts.bytes(source) : source;
    const spec = decodeSpec(bytes);
    const { code, fixed } = spec;
    const needed = code.type === "eval" ? fixed.parts : [...code.fn.parts, ...fixed.parts];
    const inline = new Set([...fixed.inline, ...(code.type === "eval" ? [] : code.fn.inline)].map((part) => part.hash));
    await this.#parts.need(needed.filter((hash) => !inline.has(hash)));
    this.#specs.set(job, spec);
    if (this.#specs.size > MAX_SPECS) {
      this.#specs.delete(this.#specs.keys().next().value!);
    }
    return spec;
  }
}
