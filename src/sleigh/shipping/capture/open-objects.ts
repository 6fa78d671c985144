import { types } from "node:util";
import { forwardedMember } from "../parse/import-call.ts";
import type { Draft, DraftSlot, Packing, Ref } from "../pack/packing.ts";
import { specialProperty, type DraftSpecial } from "../pack/properties.ts";
import { Place } from "../pack/packing.ts";
import type { Live } from "../pack/graph.ts";
import type { Definitions } from "./definitions.ts";
import { importedNamespace, importedVariable, isOwnExports, type Origin } from "./imports.ts";
import type { Inspector } from "../inspector.ts";
import type { Script, Scripts } from "./scripts.ts";
import type { SharedIds } from "./shared-ids.ts";

/** What the exports of a file are made of while members are added. */
interface OpenObject {
  readonly ref: Ref;
  readonly done: Set<string>;
  readonly properties: (string | DraftSlot)[];
  readonly special: DraftSpecial[];
  readonly lives: Live[];
}

/** What reading the exports of a file needs to know of the capture that it is part of. */
export interface OpenContext {
  readonly packing: Packing;
  readonly definitions: Definitions;
  readonly inspector: Inspector;
  readonly scripts: Scripts;
  readonly ids: SharedIds;
  /** Adds a file's variable that is exported. */
  addVariable(script: Script, name: string, value: unknown, at: Place): void;
}

/**
 * The exports of the user's own files, where a function holds all of them at once (`import * as util`, `exports`,
 * `const util = require("./util")`). Only the members that functions use travel: others may be impossible to send.
 */
export class OpenObjects {
  readonly #context: OpenContext;
  readonly #open = new Map<object, OpenObject>();

  constructor(context: OpenContext) {
    this.#context = context;
  }

  /** `members` undefined: all. `from` says where `object` was imported, for variables that change. */
  add(object: object, members: readonly string[] | undefined, from: Origin | undefined, at: Place): Ref {
    const open = this.#open.get(object) ?? this.#create(object, at);
    for (const name of members ?? exportsOf(object)) {
      if (!open.done.has(name)) {
        open.done.add(name);
        this.#member(object, name, open, from, at);
      }
    }
    return open.ref;
  }

  #create(object: object, at: Place): OpenObject {
    const { packing, ids } = this.#context;
    const [properties, special, lives] = [[], [], []];
    const content: Draft = ["open", ids.assign(object), properties, special, lives];
    const open = {
      ref: packing.add(content, at.trail, packing.root, object),
      done: new Set<string>(),
      properties,
      special,
      lives,
    };
    this.#open.set(object, open);
    return open;
  }

  #member(object: object, name: string, open: OpenObject, from: Origin | undefined, at: Place): void {
    const { scripts, packing } = this.#context;
    const here = new Place(packing, packing.root, at.trail);
    if (types.isModuleNamespaceObject(object)) {
      const value = (object as Readonly<Record<string, unknown>>)[name];
      const source = from && { ...from.source, imported: name };
      const variable = source && importedVariable(source, from.script, scripts);
      const inner = source && types.isModuleNamespaceObject(value) && importedNamespace(source, from.script, scripts);
      if (inner) {
        open.properties.push(name, this.add(value as object, undefined, inner, here));
      } else if (variable?.declaration.isReassigned === true) {
        this.#context.addVariable(variable.script, variable.declaration.name, value, here);
        open.lives.push([name, variable.script.key, variable.declaration.name]);
      } else {
        open.properties.push(name, this.#shared(name, value, here));
      }
      return;
    }
    const descriptor = this.#forwarded(object, name);
    if (descriptor === undefined) {
      return;
    }
    if (isObject(descriptor.value) && isOwnExports(descriptor.value)) {
      open.properties.push(name, this.add(descriptor.value, undefined, undefined, here));
    } else if (descriptor.get === undefined && descriptor.set === undefined) {
      open.properties.push(name, this.#shared(name, descriptor.value, here));
    } else {
      // It may come again.
      open.special.push(specialProperty(name, { ...descriptor, configurable: true }, here));
    }
  }

  #shared(name: string, value: unknown, at: Place): DraftSlot {
    if (isObject(value)) {
      this.#context.ids.assign(value);
    }
    return at.property(name, value);
  }

  /** The property itself behind getters that only pass it on, as compilers write for `export … from`. */
  #forwarded(object: object, name: string): PropertyDescriptor | undefined {
    let descriptor = propertyOf(object, name);
    for (let depth = 0; descriptor?.get !== undefined && depth < 20; depth++) {
      const next = this.#target(descriptor.get);
      if (next === undefined) {
        return descriptor;
      }
      descriptor = propertyOf(...next);
    }
    return descriptor;
  }

  #target(getter: object): readonly [object, string] | undefined {
    const { definitions, inspector } = this.#context;
    const node = definitions.nodeOf(getter);
    const forward = node && forwardedMember(node);
    if (forward === undefined) {
      return undefined;
    }
    const read = (name: string): unknown => {
      for (const scope of inspector.scopes(getter)) {
        const value = scope.read(name);
        if (value !== undefined) {
          return value[0];
        }
      }
      return undefined;
    };
    const object = read(forward.object);
    const name = read(forward.key);
    return isObject(object) && typeof name === "string" ? [object, name] : undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Compilers' helpers ask for `__esModule`, which is not listed. */
function exportsOf(object: object): string[] {
  const names = Object.keys(object);
  return Object.hasOwn(object, "__esModule") && !names.includes("__esModule") ? ["__esModule", ...names] : names;
}

function propertyOf(object: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) {
      return descriptor;
    }
  }
  return undefined;
}
