import { decode, Descriptor } from "../../codec/index.ts";
import type { Packed, PartMessage } from "../messages.ts";
import { Receiver } from "../shipping/receiver.ts";
import { Realm } from "../shipping/rebuild/realm.ts";

/**
 * Values and functions that came from the master, and values that go back. One for each task thread, so that what came once is
 * kept: parts, and the variables of the user's files.
 */
export class ShippedValues {
  readonly #parts = new Map<string, Uint8Array>();
  readonly #receiver: Receiver;

  /** `base`: the folder whose `node_modules` has what the functions import, if the master's folders have not. */
  constructor(base: string | undefined) {
    this.#receiver = new Receiver(this.#parts, base === undefined ? {} : { base });
  }

  add(parts: readonly PartMessage[]): void {
    for (const { hash, bytes } of parts) {
      this.#parts.set(hash, bytes);
    }
  }

  /** The bytes of a part that has come. */
  part(hash: string): Uint8Array {
    const bytes = this.#parts.get(hash);
    if (bytes === undefined) {
      throw new Error(`part ${hash} of what was shipped has not come`);
    }
    return bytes;
  }

  /** The value that was packed; a promise only where a module must be imported first. `realm`: see `newRealm`. */
  unpack(packed: Packed, realm?: Realm): unknown {
    this.add(packed.inline);
    const value = packed.stored === undefined ? packed.value : storedValue(this.part(packed.stored));
    const loading = this.#receiver.load(value);
    return loading === undefined
      ? this.#receiver.unpack(value, realm)
      : loading.then(() => this.#receiver.unpack(value, realm));
  }

  /** A function: packed as a value, or captured, and then named by its first part. */
  unpackFunction(packed: Packed, realm?: Realm): unknown {
    if (typeof packed.value !== "string") {
      return this.unpack(packed, realm);
    }
    this.add(packed.inline);
    return this.#receiver.rebuild(packed.value, realm);
  }

  /** Packs what goes back. Throws a ShippingError for what cannot travel. */
  pack(value: unknown, realm?: Realm): Packed {
    return { value: this.#receiver.pack(value, realm), parts: [], inline: [] };
  }
}

/** Variables of the user's files that are nobody else's. */
export function newRealm(): Realm {
  return new Realm();
}

/** See `Packed.stored`. */
function storedValue(part: Uint8Array): unknown {
  const [value] = decode(Descriptor.value, part) as readonly unknown[];
  return value;
}
