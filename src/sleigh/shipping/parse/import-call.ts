import type { AnyNode } from "acorn";
import { isFunction } from "./syntax.ts";

/**
 * The specifier in the initialiser of a variable that loads a module: `require("x")`, `await import("x")`, and what
 * compilers and test runners put around them (`__toESM(require("x"))`, `await __vite_ssr_import__("x", …)`).
 */
export function importCallOf(init: AnyNode): string | undefined {
  const call = init.type === "AwaitExpression" ? init.argument : init;
  if (call.type === "ImportExpression") {
    return literal(call.source);
  }
  if (call.type !== "CallExpression") {
    return undefined;
  }
  const callee = call.callee.type === "SequenceExpression" ? call.callee.expressions.at(-1)! : call.callee;
  const [first] = call.arguments;
  if (first === undefined || callee.type !== "Identifier") {
    return undefined;
  }
  if (callee.name === "require" || /^__\w*import\w*__$/.test(callee.name)) {
    return literal(first);
  }
  return callee.name.startsWith("__") ? importCallOf(first) : undefined;
}

/**
 * The variables in a getter that only passes on some member of another object, as compilers write for `export *`:
 * `() => from[key]`. To send the getter would be to send all of `from`.
 */
export function forwardedMember(getter: AnyNode): { readonly object: string; readonly key: string } | undefined {
  if (!isFunction(getter)) {
    return undefined;
  }
  let { body } = getter as { body: AnyNode };
  if (body.type === "BlockStatement" && body.body.length === 1) {
    const [only] = body.body;
    body = only?.type === "ReturnStatement" && only.argument ? only.argument : body;
  }
  return body.type === "MemberExpression" &&
    body.computed &&
    body.object.type === "Identifier" &&
    body.property.type === "Identifier"
    ? { object: body.object.name, key: body.property.name }
    : undefined;
}

/**
 * The function that is all of a script, because a loader put it around the file: `(function (exports, require) {…})`, or
 * `(() => {…})()`. Assignments may stand beside it, but no declarations.
 */
export function wrapperOf(program: AnyNode & { type: "Program" }): AnyNode | undefined {
  let wrapper: AnyNode | undefined;
  for (const statement of program.body) {
    if (statement.type !== "ExpressionStatement") {
      return undefined;
    }
    const found = functionIn(statement.expression);
    if (found !== undefined && wrapper !== undefined) {
      return undefined;
    }
    wrapper ??= found;
  }
  return wrapper;
}

function functionIn(expression: AnyNode): AnyNode | undefined {
  switch (expression.type) {
    case "CallExpression":
      return functionIn(expression.callee);
    case "UnaryExpression":
      return functionIn(expression.argument);
    default:
      return isFunction(expression) ? expression : undefined;
  }
}

function literal(node: AnyNode): string | undefined {
  return node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}
