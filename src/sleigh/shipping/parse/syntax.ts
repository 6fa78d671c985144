import { parse, Parser, type AnyNode, type Program } from "acorn";

/** A function of any kind, as it stands in the source: methods are the property's value. */
export type FunctionNode = Extract<
  AnyNode,
  { type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression" }
>;
export type ClassNode = Extract<AnyNode, { type: "ClassDeclaration" | "ClassExpression" }>;

const syntax = { ecmaVersion: "latest", allowHashBang: true } as const;

/** Without checks that names are declared once, which V8 has made: acorn takes quadratic time for them. */
const TrustingParser = Parser.extend(
  (Base) =>
    class extends Base {
      declareName(): void {
        // It does nothing else than to check.
      }

      checkLocalExport(): void {
        // Likewise.
      }
    },
);

/** The syntax tree of a script as V8 has it. Throws acorn's SyntaxError for syntax that acorn does not know yet. */
export function parseScript(text: string, isModule: boolean): Program {
  return TrustingParser.parse(text, {
    ...syntax,
    sourceType: isModule ? "module" : "commonjs",
    allowAwaitOutsideFunction: isModule,
  });
}

/** Whether code that V8 takes as sloppy could be strict. */
export function parsesAsStrict(text: string): boolean {
  try {
    parse(`"use strict"; ${text}`, { ...syntax, sourceType: "commonjs" });
    return true;
  } catch {
    return false;
  }
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
