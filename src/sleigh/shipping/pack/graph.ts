/*
 * How values, functions and classes travel: flat lists of nodes that refer to each other by number, made of nothing but
 * what the codec knows. A list is encoded as a *part*, named after its content, so that a worker gets it once.
 */

/** The SHA-256 of a part's bytes, in hex. */
export type Hash = string;

/** A primitive as it is, or the number of a node of the same list. */
export type Slot = undefined | null | boolean | number | bigint | string | readonly [node: number];

/** Enumerable, writable string-keyed properties: key, value, key, value, … */
export type Properties = readonly (string | Slot)[];

/** Any other own property. `flags` is a sum of `PropertyFlag`; `setter` is there for accessors. */
export type Special = readonly [key: Slot, flags: number, valueOrGetter: Slot, setter: Slot];

export const PropertyFlag = { enumerable: 1, writable: 2, configurable: 4, accessor: 8 } as const;

/** What an instance is beside its fields; its items are elements, members, or keys and values in turn. */
export type Base = "object" | "array" | "map" | "set" | "error";

/** What an object allows to be changed; undefined: everything. */
export type Integrity = "closed" | "sealed" | "frozen" | undefined;

/** How a module's value was obtained where it was captured, and is to be obtained again. */
export type ImportForm =
  /** The module's namespace, by `import`. */
  | "namespace"
  /** What `require` returns. */
  | "require"
  /** The object that a compiler's `import` of a CommonJS module makes: `default` and the members. */
  | "wrapper";

export type GraphNode =
  | readonly ["data", value: unknown]
  | readonly ["array", items: readonly Slot[], integrity: Integrity]
  | readonly ["sparse", length: number, items: readonly (number | Slot)[]]
  /** `prototype`: true for `Object.prototype`. */
  | readonly ["object", prototype: Slot, properties: Properties, special: readonly Special[], integrity: Integrity]
  | readonly ["map", items: readonly Slot[]]
  | readonly ["set", items: readonly Slot[]]
  | readonly [
      "instance",
      of: Slot,
      base: Base,
      items: readonly Slot[],
      properties: Properties,
      special: readonly Special[],
      privates: Properties,
      integrity: Integrity,
    ]
  /** `prototype` and `parent`: what its `prototype` has, and what that inherits from (undefined: the usual). */
  | readonly [
      "function",
      code: Hash,
      scope: Slot,
      special: readonly Special[],
      prototype: readonly Special[],
      parent: Slot,
    ]
  /** `parent` is the superclass, null for `extends null`, undefined if there is none. */
  | readonly [
      "class",
      code: Hash,
      scope: Slot,
      parent: Slot,
      special: readonly Special[],
      prototype: readonly Special[],
    ]
  /** The `prototype` of a function or class. */
  | readonly ["prototype", of: Slot]
  /** A method or accessor of a class. */
  | readonly ["member", of: Slot, isStatic: boolean, key: Slot, which: "value" | "get" | "set"]
  | readonly ["bound", target: Slot, self: Slot, args: readonly Slot[], name: string]
  /** The variables of a function (or block) around others. `parent` is undefined for the outermost. */
  | readonly [
      "scope",
      parent: Slot,
      names: readonly string[],
      values: readonly Slot[],
      /** Those that are never assigned again. */
      constants: readonly string[],
    ]
  /** An export of a module that is there already; `name` undefined stands for the module itself. */
  | readonly ["import", form: ImportForm, specifier: string, from: string, name: string | undefined]
  /** The `require` of a file. */
  | readonly ["require", from: string]
  /** `Name` or `Name.member` of the global object. */
  | readonly ["global", path: string]
  | readonly ["symbol", name: string, kind: "registered" | "well-known" | "unique"]
  /** An object that stays the same from shipment to shipment. */
  | readonly ["shared", id: string]
  /** The root of a part of its own; `copy` tells parts with the same content apart. */
  | readonly ["part", hash: Hash, copy: number]
  /** An object whose members come one by one: the exports of a file. `lives` are variables that may change later. */
  | readonly ["open", id: string, properties: Properties, special: readonly Special[], lives: readonly Live[]];

/** Exported as `name`: the variable `local` of the file `module`. */
export type Live = readonly [name: string, module: string, local: string];

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly root: Slot;
}

/** Objects that are shared between shipments and (since they hold each other) travel together. */
export interface SharedPart extends Graph {
  readonly ids: readonly (readonly [id: string, node: number])[];
}

/** A file that functions are from. */
export interface FilePart {
  /** Tells two instances of one file apart; otherwise its URL. */
  readonly key: string;
  readonly url: string;
  /** Its functions, classes, imports and what is assigned again: they are in one scope from the start. */
  readonly names: readonly string[];
}

/** The variables of a file that a shipment needs. */
export interface FileValues {
  /** A `FilePart`. */
  readonly file: Hash;
  readonly names: readonly string[];
  readonly values: readonly Slot[];
  /** Those that are never assigned again. */
  readonly constants: readonly string[];
}

/** A shipment's first part. */
export interface RootPart extends SharedPart {
  readonly files: readonly FileValues[];
  readonly shared: readonly (readonly [id: string, part: Hash])[];
  /** All other parts that it is made of, directly or not. */
  readonly needs: readonly Hash[];
}

/** The source of a function or class, and what it takes to compile it elsewhere. */
export interface Code {
  readonly kind: "function" | "class";
  readonly text: string;
  /** What must stand around the text to make it an expression. */
  readonly before: string;
  readonly after: string;
  /** The text makes an object, of which this property (or its getter or setter) is meant; undefined: the text's own value. */
  readonly pick: readonly [key: string, which: "value" | "get" | "set"] | undefined;
  readonly name: string;
  /** What stack traces call its file: the URL of a module, the path of a CommonJS module. */
  readonly file: string;
  /** Where the text begins, from 0. */
  readonly line: number;
  readonly column: number;
  readonly isStrict: boolean;
  /** The file whose variables it sees: a key as in `FilePart`. */
  readonly module: string;
  /** The file's variables that it uses. */
  readonly moduleNames: readonly string[];
  /** Variables of functions around it that it uses. */
  readonly scopeNames: readonly string[];
  /** Variables that are properties of an object in the text: they may change and cannot be in scope. */
  readonly lives: readonly LiveName[];
  /** What the text calls that object: one character. */
  readonly holder: string;
  /** Of a class: what must have a value when the class is evaluated. */
  readonly eagerNames: readonly string[];
  /** Of a class: the names of its private fields. */
  readonly privateFields: readonly string[];
}

/** `property` of the holder is the variable `name` of file `module`, or, if that is undefined, of the scopes around the function. */
export interface LiveName {
  readonly property: string;
  readonly name: string;
  readonly module: string | undefined;
}

/** Names that the text of a function uses for what it must be given. As long as what they replace, so that columns stay. */
export const Given = {
  /** Instead of `import` in `import(…)`. */
  import: "$mport",
  /** Instead of `import.meta`. */
  meta: "import$meta",
  /** Instead of a superclass that is not a plain name. */
  parent: "super$",
} as const;

/** CBOR tag of a value that is packed: a number that no registered tag has. */
export const PACKED_TAG = 1_314_341_700;
