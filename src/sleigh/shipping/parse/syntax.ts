import { parse, type AnyNode, type Program } from "acorn";

/** A function of any kind, as it stands in the source: methods are the property's value. */
export type FunctionNode = Extract<
  AnyNode,
  { type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression" }
>;
export type ClassNode = Extract<AnyNode, { type: "ClassDeclaration" | "ClassExpression" }>;

/** The syntax tree of a script as V8 has it. Throws acorn's SyntaxError for syntax that acorn does not know yet. */
export function parseScript(text: string, isModule: boolean): Program {
  return parse(text, {
    ecmaVersion: "latest",
    sourceType: isModule ? "module" : "commonjs",
    allowAwaitOutsideFunction: isModule,
    allowHashBang: true,
  });
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
  );
}

export function isClass(node: AnyNode): node is ClassNode {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

/** The nodes directly below `node`, in source order. */
export function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) {
        if (isNode(item)) {
          yield item;
        }
      }
    } else if (isNode(value)) {
      yield value;
    }
  }
}

/** The name of a property or member that is written out (`a.name`, `a["name"]`, `{ name: 1 }`); undefined if computed. */
export function staticKey(key: AnyNode, isComputed: boolean): string | undefined {
  if (key.type === "Identifier" && !isComputed) {
    return key.name;
  }
  return key.type === "Literal" && (typeof key.value === "string" || typeof key.value === "number")
    ? String(key.value)
    : undefined;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
