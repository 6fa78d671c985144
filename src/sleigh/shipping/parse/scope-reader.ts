import type { AnyNode, Pattern, Program, VariableDeclaration } from "acorn";
import { declareImports, hoist } from "./hoisting.ts";
import { importCallOf } from "./import-call.ts";
import { partsOf } from "./patterns.ts";
import { Scope, type Declaration, type Reference } from "./scope.ts";
import { childrenOf, staticKey, type ClassNode, type FunctionNode } from "./syntax.ts";

type Member = ClassNode["body"]["body"][number];
type Use = Partial<Pick<Reference, "member" | "isWritten" | "isShorthand" | "isCalled">>;

/** The property, and the class or object literal, that a method or accessor belongs to. */
export interface Holder {
  readonly property: AnyNode & { type: "Property" | "MethodDefinition" };
  readonly container: Scope;
}

/** What Node gives to every CommonJS module. */
const commonJsNames = ["exports", "require", "module", "__filename", "__dirname"];

/**
 * Reads a script's tree once and knows which name is bound where and used where. Does not look at `with` and direct
 * `eval`: what they hide cannot be known.
 */
export class ScopeReader {
  /** In source order, each with its declaration if the script has one. */
  readonly references: Reference[] = [];
  /** The scope in which each function and class stands. */
  readonly around = new Map<AnyNode, Scope>();
  readonly holders = new Map<AnyNode, Holder>();
  /** Where `import(` and `import.meta` stand. */
  readonly imports: { readonly start: number; readonly isMeta: boolean }[] = [];
  /** Of the file's variables. */
  top: Scope;
  readonly #wrapper: AnyNode | undefined;

  /** `wrapper` is the function that a loader put around the file, if it did: its variables are the file's. */
  constructor(program: Program, wrapper: AnyNode | undefined) {
    this.#wrapper = wrapper;
    this.top = new Scope("top", program, undefined);
    for (const name of program.sourceType === "module" ? [] : commonJsNames) {
      this.top.declare(name);
    }
    this.#children(program, hoist(program.body, this.top));
    this.references.sort((a, b) => a.start - b.start);
    for (const reference of this.references) {
      reference.declaration = reference.scope.resolve(reference.name);
      if (reference.isWritten && reference.declaration !== undefined) {
        reference.declaration.isReassigned = true;
      }
    }
  }

  #children(node: AnyNode, scope: Scope): void {
    for (const child of childrenOf(node)) {
      this.#visit(child, scope);
    }
  }

  #visit(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case "Identifier":
        this.#refer(node.name, node, scope);
        return;
      case "ThisExpression":
        this.#refer("this", node, scope);
        return;
      case "Super":
        this.#refer("super", node, scope);
        return;
      case "PrivateIdentifier":
        this.#refer(`#${node.name}`, node, scope);
        return;
      case "MetaProperty":
        if (node.meta.name === "new") {
          this.#refer("new.target", node, scope);
        } else {
          this.imports.push({ start: node.start, isMeta: true });
        }
        return;
      case "ImportExpression":
        this.imports.push({ start: node.start, isMeta: false });
        this.#children(node, scope);
        return;
      case "MemberExpression":
        this.#member(node, scope);
        return;
      case "CallExpression":
        this.#callee(node.callee, scope);
        for (const argument of node.arguments) {
          this.#visit(argument, scope);
        }
        return;
      case "TaggedTemplateExpression":
        this.#callee(node.tag, scope);
        this.#visit(node.quasi, scope);
        return;
      case "AssignmentExpression":
        this.#assign(node.left, scope);
        this.#visit(node.right, scope);
        return;
      case "UpdateExpression":
        this.#assign(node.argument as Pattern, scope);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.#function(node, scope);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#class(node, scope);
        return;
      case "ObjectExpression":
        this.#object(node, scope);
        return;
      case "VariableDeclaration":
        this.#variables(node, scope);
        return;
      case "BlockStatement":
        this.#children(node, hoist(node.body, new Scope("block", node, scope)));
        return;
      case "SwitchStatement": {
        const statements = node.cases.flatMap((each) => each.consequent);
        this.#children(node, hoist(statements, new Scope("block", node, scope)));
        return;
      }
      case "ForStatement":
        this.#children(node, new Scope("block", node, scope));
        return;
      case "ForInStatement":
      case "ForOfStatement": {
        const inside = new Scope("block", node, scope);
        if (node.left.type === "VariableDeclaration") {
          this.#variables(node.left, inside);
        } else {
          this.#assign(node.left, inside);
        }
        this.#visit(node.right, inside);
        this.#visit(node.body, inside);
        return;
      }
      case "CatchClause": {
        const inside = hoist(node.body.body, new Scope("block", node, scope));
        if (node.param) {
          this.#declare(node.param, inside, inside);
        }
        this.#children(node.body, inside);
        return;
      }
      case "LabeledStatement":
        this.#visit(node.body, scope);
        return;
      case "ImportDeclaration":
        declareImports(node, scope);
        return;
      case "ExportNamedDeclaration":
        if (node.declaration) {
          this.#visit(node.declaration, scope);
        }
        return;
      case "BreakStatement":
      case "ContinueStatement":
      case "ExportAllDeclaration":
        return;
      default:
        this.#children(node, scope);
    }
  }

  #refer(name: string, { start, end }: AnyNode, scope: Scope, use: Use = {}): void {
    const how = { member: undefined, isWritten: false, isShorthand: false, isCalled: false, ...use };
    this.references.push({ name, start, end, scope, ...how, declaration: undefined });
  }

  #member(node: AnyNode & { type: "MemberExpression" }, scope: Scope): void {
    const { object, property } = node;
    const member = staticKey(property, node.computed);
    if (object.type === "Identifier") {
      this.#refer(object.name, object, scope, { member });
    } else {
      this.#visit(object, scope);
    }
    if (node.computed || property.type === "PrivateIdentifier") {
      this.#visit(property, scope);
    }
  }

  #callee(node: AnyNode, scope: Scope): void {
    if (node.type === "Identifier") {
      this.#refer(node.name, node, scope, { isCalled: true });
    } else {
      this.#visit(node, scope);
    }
  }

  #function(node: FunctionNode, scope: Scope): void {
    this.around.set(node, scope);
    let outer = scope;
    if (node.type === "FunctionExpression" && node.id) {
      outer = new Scope("block", node, scope);
      outer.declare(node.id.name, node);
    }
    const inside = new Scope(node === this.#wrapper ? "top" : "function", node, outer);
    if (node === this.#wrapper) {
      this.top = inside;
    }
    if (node.type !== "ArrowFunctionExpression") {
      inside.declare("this");
      inside.declare("arguments");
      inside.declare("new.target");
    }
    for (const param of node.params) {
      this.#declare(param, inside, inside);
    }
    if (node.body.type !== "BlockStatement") {
      this.#visit(node.body, inside);
      return;
    }
    hoist(node.body.body, inside);
    for (const statement of node.body.body) {
      if (node === this.#wrapper && statement.type === "BlockStatement") {
        // Some wrappers put the file into a block of its own.
        this.#children(statement, hoist(statement.body, inside));
      } else {
        this.#visit(statement, inside);
      }
    }
  }

  #class(node: ClassNode, scope: Scope): void {
    this.around.set(node, scope);
    const inside = new Scope("class", node, scope);
    inside.declare("super");
    // Absent in `export default class {}`, whatever the type says.
    const { id } = node as { id?: { name: string } | null };
    if (id) {
      inside.declare(id.name, node);
    }
    for (const member of node.body.body) {
      if (member.type !== "StaticBlock" && member.key.type === "PrivateIdentifier") {
        inside.declare(`#${member.key.name}`);
      }
    }
    if (node.superClass) {
      this.#visit(node.superClass, inside);
    }
    for (const member of node.body.body) {
      this.#classMember(member, inside);
    }
  }

  #classMember(member: Member, scope: Scope): void {
    if (member.type !== "StaticBlock" && member.computed) {
      this.#visit(member.key, scope);
    }
    if (member.type === "MethodDefinition") {
      this.holders.set(member.value, { property: member, container: scope });
      this.#visit(member.value, scope);
      return;
    }
    // Initialisers and static blocks run like methods.
    const inside = new Scope("function", member, scope);
    inside.declare("this");
    inside.declare("new.target");
    if (member.type === "StaticBlock") {
      this.#children(member, hoist(member.body, inside));
    } else if (member.value) {
      this.#visit(member.value, inside);
    }
  }

  #object(node: AnyNode & { type: "ObjectExpression" }, scope: Scope): void {
    const inside = new Scope("object", node, scope);
    inside.declare("super");
    for (const property of node.properties) {
      if (property.type === "SpreadElement") {
        this.#visit(property.argument, scope);
        continue;
      }
      if (property.computed) {
        this.#visit(property.key, scope);
      }
      if (property.shorthand && property.value.type === "Identifier") {
        this.#refer(property.value.name, property.value, scope, { isShorthand: true });
      } else if (property.method || property.kind !== "init") {
        this.holders.set(property.value, { property, container: inside });
        this.#visit(property.value, inside);
      } else {
        this.#visit(property.value, scope);
      }
    }
  }

  #variables(node: VariableDeclaration, scope: Scope): void {
    const target = node.kind === "var" ? scope.functionScope : scope;
    for (const { id, init } of node.declarations) {
      const isAgain = id.type === "Identifier" && target.names.has(id.name);
      const declaration = this.#declare(id, target, scope);
      if (init) {
        this.#visit(init, scope);
      }
      if (declaration !== undefined && init) {
        declaration.isReassigned ||= isAgain;
        const specifier = importCallOf(init);
        if (specifier !== undefined) {
          declaration.importedFrom = { specifier, imported: "*", form: "call" };
        }
      }
    }
  }

  /** Declares the names of a pattern in `target`; expressions in it are read in `scope`. Returns a lone name's declaration. */
  #declare(pattern: Pattern, target: Scope, scope: Scope): Declaration | undefined {
    let last: Declaration | undefined;
    for (const { kind, node } of partsOf(pattern)) {
      if (kind === "expression") {
        this.#visit(node, scope);
      } else if (node.type === "Identifier") {
        last = target.declare(node.name);
      }
    }
    return pattern.type === "Identifier" ? last : undefined;
  }

  #assign(pattern: Pattern, scope: Scope): void {
    for (const part of partsOf(pattern)) {
      if (part.kind === "target" && part.node.type === "Identifier") {
        this.#refer(part.node.name, part.node, scope, { isWritten: true, isShorthand: part.isShorthand });
      } else {
        this.#visit(part.node, scope);
      }
    }
  }
}
