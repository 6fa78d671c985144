import type { Hash } from "../pack/graph.ts";
import type { Draft, Origins, Place } from "../pack/packing.ts";
import { marked } from "../marked.ts";
import type { Builtins } from "./builtins.ts";
import { isClass, nameOf } from "./definitions.ts";
import { packExplicit, packMarked } from "./pack-marked.ts";
import type { SharedIds } from "./shared-ids.ts";

/** Packs functions where there is no inspector: by source text, with nothing but what `explicit` says. */
export class SourcePacker implements Origins {
  readonly codes = new Map<Hash, Uint8Array>();
  readonly #builtins: Builtins;
  readonly #ids: SharedIds;

  constructor(builtins: Builtins, ids: SharedIds) {
    this.#builtins = builtins;
    this.#ids = ids;
  }

  known(object: object): Draft | undefined {
    return this.#builtins.find(object);
  }

  sharedId(object: object | symbol): string | undefined {
    return typeof object === "function" && isClass(object) ? this.#ids.assign(object) : undefined;
  }

  packFunction(fn: object, at: Place): Draft {
    const mark = marked.get(fn);
    return mark === undefined
      ? packExplicit(fn, { captures: {}, imports: {} }, this.codes, at)
      : packMarked(fn, mark, this.codes, at);
  }

  hasClass(constructor: object): boolean {
    return isClass(constructor);
  }

  privateFields(_instance: object, constructor: object, at: Place): [] {
    for (
      let each: unknown = constructor;
      typeof each === "function" && isClass(each);
      each = Object.getPrototypeOf(each)
    ) {
      if (/(^|[\s;{])#\w+\s*[=;\n]/.test(Function.prototype.toString.call(each))) {
        at.refuse(
          `an instance of ${nameOf(constructor)} has private fields, which cannot be read without the inspector`,
        );
      }
    }
    return [];
  }
}
