import type { AnyNode } from "acorn";

/** `top` is what a file's functions share: the module, or the body of the function that a loader wrapped around it. */
export type ScopeKind = "top" | "function" | "block" | "class" | "object";

/** How the value came to be, when the source says so: by an import declaration, or by a call such as `require("x")`. */
export interface ImportSource {
  readonly specifier: string;
  /** The exported name; `*` is the namespace. `call` means that the value is whatever a loader's function returned. */
  readonly imported: string;
  readonly form: "declaration" | "call";
}

/** A name that the source binds, and where. */
export interface Declaration {
  readonly name: string;
  readonly scope: Scope;
  /** The class or function that is declared, if it is one. */
  readonly node: AnyNode | undefined;
  importedFrom?: ImportSource;
  /** Whether anything but its own declaration assigns it. */
  isReassigned: boolean;
}

/** Whether a variable has one value for ever, and is no function or class: maybe a number that code can be made with. */
export function isConstant({ node, importedFrom, isReassigned }: Declaration): boolean {
  return !isReassigned && node === undefined && importedFrom === undefined;
}

/** A piece of source in which names are bound. */
export class Scope {
  readonly kind: ScopeKind;
  readonly node: AnyNode;
  readonly parent: Scope | undefined;
  readonly names = new Map<string, Declaration>();

  constructor(kind: ScopeKind, node: AnyNode, parent: Scope | undefined) {
    this.kind = kind;
    this.node = node;
    this.parent = parent;
  }

  declare(name: string, node?: AnyNode): Declaration {
    let declaration = this.names.get(name);
    if (declaration === undefined) {
      declaration = { name, scope: this, node, isReassigned: false };
      this.names.set(name, declaration);
    }
    return declaration;
  }

  /** The declaration that `name` means here; undefined if no scope of the script binds it. */
  resolve(name: string): Declaration | undefined {
    return this.names.get(name) ?? this.parent?.resolve(name);
  }

  /** Where `var` goes. */
  get functionScope(): Scope {
    return this.kind === "function" || this.kind === "top" || this.parent === undefined
      ? this
      : this.parent.functionScope;
  }
}

/**
 * One occurrence of a name. `this`, `super`, `arguments`, `new.target` and `#private` names are names like others, bound
 * by the function, class or object literal that gives them a meaning.
 */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly scope: Scope;
  /** The member that is read from it (`name.member`); undefined if the name is used in another way. */
  readonly member: string | undefined;
  readonly isWritten: boolean;
  /** Whether it stands for key and value of a property: `{ name }`. */
  readonly isShorthand: boolean;
  readonly isCalled: boolean;
  declaration: Declaration | undefined;
}
