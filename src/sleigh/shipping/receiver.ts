import { Inspector } from "./inspector.ts";
import { emit } from "./pack/emit.ts";
import type { Hash, RootPart } from "./pack/graph.ts";
import { Packing } from "./pack/packing.ts";
import { isPlain } from "./pack/plain.ts";
import { stepOn } from "./pack/trail.ts";
import { InspectorFieldWriter } from "./private-field-writer.ts";
import { Importer } from "./rebuild/importer.ts";
import { packed, packedRoot, readPart, type PartSource } from "./rebuild/packed.ts";
import { Realm } from "./rebuild/realm.ts";
import { Reception, type Workshop } from "./rebuild/reception.ts";
import { ResultPacker } from "./rebuild/result-packer.ts";

export interface ReceiverOptions {
  /** The folder whose `node_modules` has the packages that shipped code imports, if the master's path has not. */
  readonly base?: string;
}

/**
 * The worker's side: makes functions and values of what a `Shipper` sent, and packs results. One per master: it keeps
 * the variables of the master's files from shipment to shipment.
 *
 * It runs what it is given: give it nothing that did not come from the master.
 */
export class Receiver {
  readonly #parts: PartSource;
  readonly #importer: Importer;
  readonly #workshop: Workshop;
  readonly #realm = new Realm();
  #inspector: Inspector | undefined;

  /** `parts` finds the bytes of parts; the first part of a shipment names all others that it needs (`needs`). */
  constructor(parts: PartSource, { base = process.cwd() }: ReceiverOptions = {}) {
    this.#parts = parts;
    this.#importer = new Importer(base);
    const privates = new InspectorFieldWriter(() => this.#openInspector());
    this.#workshop = { importer: this.#importer, privates, parts, codes: new Map() };
  }

  /** The parts of a shipment that are not here yet; `root` itself if that is missing. */
  missing(root: Hash): Hash[] {
    return this.#parts.get(root) === undefined ? [root] : this.#missingOf(readPart<RootPart>(this.#parts, root));
  }

  /** The same for a value that `Shipper.pack` made. */
  missingOf(value: unknown): Hash[] {
    const root = packedRoot(value);
    return root === undefined ? [] : this.#missingOf(root);
  }

  /**
   * The function of a shipment, its captured variables as they were sent. Variables of its file are those that earlier
   * shipments brought and functions here have changed, unless the master's own value has changed since.
   *
   * `realm` is where those variables are; a new one gives the function variables of its own.
   *
   * Rejects with `RebuildError` if a part is missing or a module is not installed.
   */
  async rebuild(root: Hash, realm: Realm = this.#realm): Promise<unknown> {
    const part = readPart<RootPart>(this.#parts, root);
    const reception = this.#reception(part, realm, root);
    const loading = reception.load();
    if (loading === undefined) {
      return reception.make();
    }
    await loading;
    // Other shipments may have been made meanwhile.
    return this.#reception(part, realm, root).make();
  }

  /** Loads the modules that a packed value needs; undefined if there is nothing to wait for, as nearly always. */
  load(value: unknown): Promise<unknown> | undefined {
    const root = packedRoot(value);
    return root === undefined ? undefined : this.#reception(root, this.#realm, "").load();
  }

  /** What `Shipper.pack` packed. Modules that it needs must be loaded (`load`). */
  unpack(value: unknown, realm: Realm = this.#realm): unknown {
    const root = packedRoot(value);
    return root === undefined ? value : this.#reception(root, realm, "").make();
  }

  /**
   * A result in a form that the codec can encode. Instances of the master's classes will be instances there; others
   * arrive as their fields. Throws `ShippingError` for what cannot be sent, such as a function made here.
   */
  pack(value: unknown, realm: Realm = this.#realm): unknown {
    if (isPlain(value)) {
      return value;
    }
    const privateFields = (Class: object): readonly string[] => realm.privateFields(Class);
    const packer = new ResultPacker(realm, this.#importer, () => this.#openInspector(), privateFields);
    const trail = stepOn(undefined, "text", "result");
    const packing = new Packing(packer, trail, true);
    const root = packing.slot(value, trail, packing.root);
    packing.run();
    return packed(emit(packing, root, [], new Map()).root);
  }

  #missingOf({ needs }: RootPart): Hash[] {
    return needs.filter((hash) => this.#parts.get(hash) === undefined);
  }

  #reception(root: RootPart, realm: Realm, hash: Hash): Reception {
    return new Reception(this.#workshop, realm, root, hash);
  }

  #openInspector(): Inspector | undefined {
    this.#inspector ??= Inspector.open();
    return this.#inspector;
  }
}
