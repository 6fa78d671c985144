import { type AnyNode, parse, type Program } from "acorn";
import { partsOf } from "../../sleigh/shipping/parse/patterns.ts";
import { childrenOf, isFunction } from "../../sleigh/shipping/parse/syntax.ts";

/** More lines are needed: what is there is the beginning of something. */
export const INCOMPLETE = Symbol("incomplete");

/**
 * What somebody typed, as a script. `await` works at the top level: then the script's value is a promise of an object with the `value` of
 * the last expression. What is declared stays for the next line, and may be declared again. Throws a SyntaxError.
 */
export function scriptOf(typed: string): { readonly code: string; readonly isAsync: boolean } | typeof INCOMPLETE {
  const code = isObject(typed) ? `(${typed})` : typed;
  let program: Program;
  try {
    program = parse(code, { ecmaVersion: "latest", sourceType: "script", allowAwaitOutsideFunction: true });
  } catch (error) {
    if (isIncomplete(error, code)) {
      return INCOMPLETE;
    }
    throw error;
  }
  return hasAwait(program)
    ? { code: asyncScript(program, code), isAsync: true }
    : { code: script(program, code), isAsync: false };
}

/** `{ a: 1 }` is meant as an object, though it would be a block. */
function isObject(typed: string): boolean {
  if (!/^\s*\{/.test(typed) || /;\s*$/.test(typed)) {
    return false;
  }
  try {
    parse(`(${typed})`, { ecmaVersion: "latest", allowAwaitOutsideFunction: true });
    return true;
  } catch {
    return false;
  }
}

function isIncomplete(error: unknown, code: string): boolean {
  if (!(error instanceof SyntaxError)) {
    return false;
  }
  const { pos = 0 } = error as { readonly pos?: number };
  return /^Unterminated (template|comment)/.test(error.message) || pos >= code.trimEnd().length;
}

function hasAwait(node: AnyNode): boolean {
  if (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await)) {
    return true;
  }
  if (isFunction(node)) {
    return false;
  }
  for (const child of childrenOf(node)) {
    if (hasAwait(child)) {
      return true;
    }
  }
  return false;
}

/** `let` and `const` become `var`: so a name may be declared in one line after the other. */
function script({ body }: Program, code: string): string {
  let text = "";
  let end = 0;
  for (const statement of body) {
    if (statement.type === "VariableDeclaration" && statement.kind !== "var") {
      text += `${code.slice(end, statement.start)}var`;
      end = statement.start + statement.kind.length;
    }
  }
  return text + code.slice(end);
}

/** The statements in an asynchronous function, which assigns to what they declare. */
function asyncScript({ body }: Program, code: string): string {
  const names: string[] = [];
  const source = ({ start, end }: { readonly start: number; readonly end: number }): string => code.slice(start, end);
  const statements = body.map((statement, index) => {
    switch (statement.type) {
      case "VariableDeclaration": {
        const assignments = statement.declarations.map(({ id, init }) => {
          for (const part of partsOf(id)) {
            if (part.kind === "target") {
              names.push(source(part.node));
            }
          }
          return `(${source(id)} = ${init ? source(init) : "undefined"})`;
        });
        return `void (${assignments.join(", ")});`;
      }
      case "FunctionDeclaration":
      case "ClassDeclaration":
        names.push(source(statement.id));
        return `${source(statement.id)} = ${source(statement)};`;
      case "ExpressionStatement":
        return index === body.length - 1
          ? `return { value: (${source(statement.expression)}) };`
          : `${source(statement)};`;
      default:
        return source(statement);
    }
  });
  const declared = names.length === 0 ? "" : `var ${names.join(", ")}; `;
  return `${declared}(async () => {\n${statements.join("\n")}\n})()`;
}
