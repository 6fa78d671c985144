import { Builtins } from "./capture/builtins.ts";
import { Definitions, nameOf } from "./capture/definitions.ts";
import { FunctionPacker, type CaptureState } from "./capture/function-packer.ts";
import { ImportedObjects } from "./capture/imported-objects.ts";
import { Scripts } from "./capture/scripts.ts";
import { SharedIds } from "./capture/shared-ids.ts";
import { SourcePacker } from "./capture/source-packer.ts";
import { ShippingError } from "./errors.ts";
import { Inspector } from "./inspector.ts";
import { marked, type AnyFunction } from "./marked.ts";
import { emit, type DraftFile, type Emitted } from "./pack/emit.ts";
import type { GraphNode, Hash } from "./pack/graph.ts";
import { partOf } from "./pack/hash.ts";
import { Packing, type Origins } from "./pack/packing.ts";
import { isPlain } from "./pack/plain.ts";
import { stepOn, textOf, type Trail } from "./pack/trail.ts";
import { InspectorFieldWriter } from "./private-field-writer.ts";
import { packed, packedRoot } from "./rebuild/packed.ts";
import { readResult } from "./rebuild/result-reader.ts";

/** A function with all that it needs, cut into parts that are named after their content: send each once per worker. */
export interface Shipment {
  /** The part with which `Receiver.rebuild` begins. */
  readonly root: Hash;
  /** Bytes by name, the root's among them. They are the codec's encoding, with descriptor `Descriptor.value`. */
  readonly parts: ReadonlyMap<Hash, Uint8Array>;
  /** Sentences about what is large, with name and size; empty as a rule. */
  readonly warnings: readonly string[];
}

/** A value that the codec can encode, and the parts that it refers to: none if the value is plain data. */
export interface PackedValue {
  readonly value: unknown;
  readonly parts: ReadonlyMap<Hash, Uint8Array>;
  readonly warnings: readonly string[];
}

export interface ShipperOptions {
  /** Captured data of so many bytes and more is warned of. Default 1 MiB. */
  readonly largeBytes?: number;
  /** Whether the inspector is used where there is one. Default true. */
  readonly inspector?: boolean;
}

const nothing: ReadonlyMap<Hash, Uint8Array> = new Map();

/**
 * The master's side: sends functions and values to workers, and reads what they send back. One for all workers of a
 * sleigh, because it names the classes and objects that stay on them.
 */
export class Shipper {
  readonly #largeBytes: number;
  readonly #usesInspector: boolean;
  readonly #ids = new SharedIds();
  readonly #builtins = new Builtins();
  readonly #imported = new ImportedObjects();
  /** Functions that use nothing but their arguments: they are the same whenever they are sent. */
  readonly #pure = new WeakMap<object, { readonly emitted: Emitted; readonly keys: number }>();
  #state: CaptureState | undefined;

  constructor({ largeBytes = 2 ** 20, inspector = true }: ShipperOptions = {}) {
    this.#largeBytes = largeBytes;
    this.#usesInspector = inspector;
  }

  /** Does beforehand what takes 50 to 100 ms when the first function is captured. */
  warmUp(): void {
    const state = this.#open();
    state?.inspector.readScripts();
    this.#builtins.warmUp();
  }

  /**
   * A function, or class, with the variables, functions, classes and modules that it uses, all as they are now.
   *
   * Throws `ShippingError`, with the way to it, if something cannot be sent.
   */
  capture(fn: AnyFunction | (abstract new (...args: never[]) => unknown)): Shipment {
    if (typeof fn !== "function") {
      throw new ShippingError([], `${typeof fn} is not a function`);
    }
    const { root, parts, contents } = this.#pack(fn, (state) => placeOf(fn, state));
    const { hash, bytes } = partOf(root);
    return { root: hash, parts: new Map([...parts, [hash, bytes]]), warnings: this.#warnings(parts, contents) };
  }

  /** Whether the function, as it was captured last, uses nothing but its arguments: then one that was made of it is as good as another. */
  isPure(fn: AnyFunction): boolean {
    return this.#pure.get(fn)?.keys === Reflect.ownKeys(fn).length;
  }

  /**
   * A value in a form that the codec can encode. Functions in it and instances of classes stay what they are.
   * `what` is how errors call it, for example `argument 1 of task 7`; a function is called by its place and name.
   *
   * Throws `ShippingError`, with the way to it, if something cannot be sent.
   */
  pack(value: unknown, what = "value"): PackedValue {
    if (isPlain(value)) {
      return { value, parts: nothing, warnings: [] };
    }
    const { root, parts, contents } = this.#pack(value, (state) =>
      typeof value === "function" ? placeOf(value, state) : what,
    );
    return { value: packed(root), parts, warnings: this.#warnings(parts, contents) };
  }

  /**
   * What a worker's `Receiver.pack` made, as it was there: instances of the master's classes are instances again. Runs
   * no code but, for instances with private fields, the class's own constructor.
   *
   * Throws `RebuildError` if the value is none that a worker packs.
   */
  unpack(value: unknown): unknown {
    const root = packedRoot(value);
    if (root === undefined) {
      return value;
    }
    const privates = new InspectorFieldWriter(() => this.#open()?.inspector);
    return readResult(root, { find: (node) => this.#find(node), privates });
  }

  /** A worker's stack trace with the places in what the user wrote: compilers' source maps are here, not there. */
  mapStack(stack: string): string {
    return this.#state?.scripts.mapStack(stack) ?? stack;
  }

  #pack(value: unknown, place: (state: CaptureState | undefined) => string): Emitted {
    const pure = typeof value === "function" ? this.#pure.get(value) : undefined;
    if (pure?.keys === Reflect.ownKeys(value as object).length) {
      return pure.emitted;
    }
    const state = this.#open();
    if (state === undefined) {
      const packer = new SourcePacker(this.#builtins, this.#ids);
      return this.#finish(value, stepOn(undefined, "text", place(undefined)), packer, packer.codes, () => []);
    }
    return state.inspector.look(() => {
      const packer = new FunctionPacker(state);
      const trail = stepOn(undefined, "text", place(state));
      return this.#finish(value, trail, packer, packer.codes, () => packer.files.files);
    });
  }

  #finish(
    value: unknown,
    trail: Trail,
    origins: Origins,
    codes: ReadonlyMap<Hash, Uint8Array>,
    files: () => readonly DraftFile[],
  ): Emitted {
    const packing = new Packing(origins, trail);
    const root = packing.slot(value, trail, packing.root);
    packing.run();
    const emitted = emit(packing, root, files(), codes);
    if (
      typeof value === "function" &&
      packing.nodes.length === 1 &&
      emitted.root.files.every(({ names }) => names.length === 0)
    ) {
      this.#pure.set(value, { emitted, keys: Reflect.ownKeys(value).length });
    }
    return emitted;
  }

  #find(node: GraphNode): object | undefined {
    return node[0] === "shared" ? this.#ids.find(node[1]) : this.#imported.find(node);
  }

  #warnings(parts: ReadonlyMap<Hash, Uint8Array>, contents: ReadonlyMap<Hash, Trail | undefined>): string[] {
    return Array.from(contents).flatMap(([hash, trail]) => {
      const { length } = parts.get(hash)!;
      return length < this.#largeBytes
        ? []
        : [`${textOf(trail).join(" → ")} is sent to every worker: ${sizeText(length)}`];
    });
  }

  #open(): CaptureState | undefined {
    if (this.#state === undefined && this.#usesInspector) {
      const inspector = Inspector.open();
      if (inspector !== undefined) {
        const scripts = new Scripts(inspector);
        const definitions = new Definitions(inspector, scripts);
        const [builtins, ids, imported] = [this.#builtins, this.#ids, this.#imported];
        this.#state = { inspector, scripts, definitions, builtins, ids, imported };
      }
    }
    return this.#state;
  }
}

/** For example `primes.ts:12 findPrimes`. */
function placeOf(fn: object, state: CaptureState | undefined): string {
  const name = nameOf(fn);
  try {
    const node = marked.has(fn) ? undefined : state?.definitions.nodeOf(fn);
    const place = node && state?.definitions.scriptOf(fn)?.placeOf(node.start);
    return [place, name].filter((each) => each !== undefined && each !== "").join(" ") || "function";
  } catch {
    // A script that cannot be parsed is reported when the function is packed.
    return name;
  }
}

function sizeText(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
