import type { JobSpec, SpecSource } from "../messages.ts";
import { decodeSpec } from "../message-codec.ts";
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

  /** If all is there that the job needs. (The task thread may have forgotten a job, and then needs its source again.) */
  known(job: number, source: SpecSource): JobSpec | undefined {
    if (typeof source === "string" && !this.#parts.has(source)) {
      return undefined;
    }
    const known = this.#specs.get(job);
    if (known !== undefined || typeof source === "string") {
      return known;
    }
    const spec = decodeSpec(source);
    return this.#parts.hasAll(neededBy(spec)) ? this.#keep(job, spec) : undefined;
  }

  /** Resolves when the task thread has been sent all that the job needs. */
  async spec(job: number, source: SpecSource): Promise<JobSpec> {
    const known = this.known(job, source);
    if (known !== undefined) {
      return known;
    }
    const spec = decodeSpec(typeof source === "string" ? await this.#parts.bytes(source) : source);
    await this.#parts.need(neededBy(spec));
    return this.#keep(job, spec);
  }

  #keep(job: number, spec: JobSpec): JobSpec {
    this.#specs.set(job, spec);
    if (this.#specs.size > MAX_SPECS) {
      this.#specs.delete(this.#specs.keys().next().value!);
    }
    return spec;
  }
}

/** The parts that are not in the specification itself. */
function neededBy({ code, fixed }: JobSpec): readonly string[] {
  const packed = code.type === "eval" ? [fixed] : [code.fn, fixed];
  const inline = new Set(packed.flatMap((each) => each.inline.map((part) => part.hash)));
  return packed.flatMap((each) => each.parts).filter((hash) => !inline.has(hash));
}
