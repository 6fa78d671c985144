import { createHash } from "node:crypto";
import { encode } from "../../codec/index.ts";
import { numberOf, type TaskBatch } from "../inputs/task-source.ts";
import type { JobSpec, Packed, PartMessage, RemoteError, SpecSource } from "../messages.ts";
import { type AnyFunction, explicit, Shipper } from "../shipping/index.ts";
import type { Link, Warn } from "./link.ts";

/** Larger parts are variables of the workspace, found once by each worker; smaller ones travel with what needs them. */
const INLINE_BYTES = 4096;
/** Larger values that many tasks share are parts too. */
const STORED_BYTES = 16_384;

/** What a function uses, where that cannot be found out. */
export interface Uses {
  readonly captures?: Readonly<Record<string, unknown>> | undefined;
  readonly imports?: Readonly<Record<string, string>> | undefined;
}

/** Packs what workers are to get, and sees to it that they can get the large parts of it. */
export class Packer {
  readonly #link: Pick<Link, "put">;
  readonly #warn: Warn;
  readonly #shipper = new Shipper();

  constructor(link: Pick<Link, "put">, warn: Warn) {
    this.#link = link;
    this.#warn = warn;
  }

  /** Does beforehand what takes a while when the first function is packed. */
  warmUp(): void {
    this.#shipper.warmUp();
  }

  /** A function with all that it uses. Throws a ShippingError for what cannot travel. */
  fn(fn: AnyFunction, uses?: Uses): Packed {
    if (uses !== undefined) {
      explicit(fn, { captures: uses.captures ?? {}, imports: uses.imports ?? {} });
    }
    const { root, parts, warnings } = this.#shipper.capture(fn);
    return this.#packed(root, parts, warnings);
  }

  /** Whether a function that was packed uses nothing but its arguments. */
  isPure(fn: AnyFunction): boolean {
    return this.#shipper.isPure(fn);
  }

  /** Arguments of a chunk of tasks. Throws a ShippingError for what cannot travel. */
  args(batch: TaskBatch): Packed {
    const { value, parts, warnings } = this.#shipper.pack(batch.args, `the arguments of task ${numberOf(batch, 0)}`);
    return this.#packed(value, parts, warnings);
  }

  /** A value that many tasks share: it travels once to each worker, whatever sends it. `what` is how errors call it. */
  once(value: unknown, what: string): Packed {
    const { value: packed, parts, warnings } = this.#shipper.pack(value, what);
    const small = this.#packed(packed, parts, warnings);
    // In a list, because a text or raw bytes by themselves would be encoded otherwise.
    const { bytes } = encode([packed]);
    if (bytes.length <= STORED_BYTES) {
      return small;
    }
    const hash = hashOf(bytes);
    this.#link.put({ hash, bytes });
    return { value: undefined, parts: [...small.parts, hash], inline: small.inline, stored: hash };
  }

  spec(spec: JobSpec): SpecSource {
    const { bytes } = encode(spec);
    return bytes.length <= INLINE_BYTES ? bytes : this.part(bytes);
  }

  /** Makes a part of these bytes, and returns its hash. */
  part(bytes: Uint8Array): string {
    const hash = hashOf(bytes);
    this.#link.put({ hash, bytes });
    return hash;
  }

  /** What a worker has packed. Throws a RebuildError when it is not to be had here. */
  unpack(packed: Packed): unknown {
    return this.#shipper.unpack(packed.value);
  }

  /** A worker's error with stacks that name the places in the user's own sources: compilers' source maps are here, not there. */
  located(error: RemoteError): RemoteError {
    return {
      ...error,
      stack: error.stack && this.#shipper.mapStack(error.stack),
      cause: error.cause && this.located(error.cause),
      errors: error.errors?.map((each) => this.located(each)),
    };
  }

  #packed(value: unknown, parts: ReadonlyMap<string, Uint8Array>, warnings: readonly string[]): Packed {
    for (const warning of warnings) {
      this.#warn(warning);
    }
    const inline: PartMessage[] = [];
    for (const [hash, bytes] of parts) {
      if (bytes.length <= INLINE_BYTES) {
        inline.push({ kind: "part", hash, bytes });
      } else {
        this.#link.put({ hash, bytes });
      }
    }
    return { value, parts: [...parts.keys()], inline };
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
