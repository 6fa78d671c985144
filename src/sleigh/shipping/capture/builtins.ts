import { builtinModules, createRequire, isBuiltin } from "node:module";
import { types } from "node:util";
import type { Draft } from "../pack/packing.ts";

/** Loading these warns, or does something. */
const UNASKED = new Set([
  "cluster",
  "domain",
  "inspector/promises",
  "node:sea",
  "node:sqlite",
  "node:test",
  "node:test/reporters",
  "punycode",
  "repl",
  "sys",
  "trace_events",
  "wasi",
]);

/** Global names that are looked at: all that the language and Node define, as long as they mean what they meant. */
const globalNames = Object.getOwnPropertyNames(globalThis);

/**
 * What every Node has anyway and is sent by name: built-in modules with their members, global objects and classes.
 * JavaScript's own functions are not among them, but for those that compilers' helpers hold.
 */
export class Builtins {
  readonly #nodes = new Map<unknown, Draft>();
  #areModulesRead = false;

  constructor() {
    for (const name of globalNames) {
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
      // Node makes some of them when they are first read; those are found as members of their modules.
      if (descriptor !== undefined && "value" in descriptor && isGlobalWorthNaming(name, descriptor.value)) {
        this.#nodes.set(descriptor.value, ["global", name]);
      }
    }
    // Compilers keep some of these in variables for their helpers.
    const structural = {
      Object,
      Reflect,
      "Object.prototype": Object.prototype,
      "Function.prototype": Function.prototype,
    };
    for (const [path, object] of Object.entries(structural)) {
      this.#addFunctions(path, object);
    }
  }

  /** Reads the built-in modules, which takes 40 to 60 ms, before they are needed. */
  warmUp(): void {
    if (!this.#areModulesRead) {
      this.#areModulesRead = true;
      const require = createRequire(import.meta.url);
      for (const name of builtinModules) {
        if (!name.startsWith("_") && !UNASKED.has(name)) {
          this.#readModule(require, name);
        }
      }
    }
  }

  /** The node of an object that is known by name. Modules are read when the object may come from one. */
  find(object: object): Draft | undefined {
    const known = this.#nodes.get(object);
    if (known !== undefined || this.#areModulesRead || !mayBeOfModule(object)) {
      return known;
    }
    this.warmUp();
    return this.#nodes.get(object);
  }

  #addFunctions(path: string, object: object): void {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      if (typeof value === "function") {
        this.#add(value, ["global", `${path}.${key}`]);
      }
    }
  }

  #readModule(require: NodeJS.Require, name: string): void {
    const specifier = name.startsWith("node:") ? name : `node:${name}`;
    let exported: unknown;
    try {
      exported = require(specifier);
    } catch {
      // Not compiled into this Node, or not permitted.
      return;
    }
    this.#add(exported, ["import", "namespace", specifier, "", "default"]);
    for (const key of Object.keys(exported as object)) {
      const value = Object.getOwnPropertyDescriptor(exported, key)?.value as unknown;
      this.#add(value, ["import", "namespace", specifier, "", key]);
    }
  }

  #add(value: unknown, node: Draft): void {
    const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
    if (isObject && !this.#nodes.has(value)) {
      this.#nodes.set(value, node);
    }
  }
}

export function isBuiltinModule(specifier: string): boolean {
  return isBuiltin(specifier);
}

function isGlobalWorthNaming(name: string, value: unknown): boolean {
  if (typeof value === "function") {
    return /^[A-Z]/.test(name) && value.prototype !== undefined;
  }
  return typeof value === "object" && value !== null;
}

/** Data cannot: its members are no functions. */
function mayBeOfModule(object: object): boolean {
  if (typeof object === "function" || types.isModuleNamespaceObject(object)) {
    return true;
  }
  return Object.values(Object.getOwnPropertyDescriptors(object)).some(
    ({ value, get }) => typeof value === "function" || get !== undefined,
  );
}
