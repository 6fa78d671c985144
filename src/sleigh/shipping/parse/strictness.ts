import type { AnyNode } from "acorn";
import { isClass, childrenOf, isFunction, parsesAsStrict, type FunctionNode } from "./syntax.ts";
import type { Reference } from "./scope.ts";

/**
 * Whether sloppy code does the same as strict code: then it can be compiled among strict code, which is faster to reach
 * from. Not so if it uses `this` or `arguments`, writes to properties (sloppy code goes on when that fails), makes
 * globals by assignment, or has what strict code may not have. `references` are those in `node`.
 */
export function isSameWhenStrict(node: FunctionNode, text: string, references: readonly Reference[]): boolean {
  return references.every(isHarmless) && isHarmlessCode(node, true) && parsesAsStrict(text);
}

function isHarmless({ name, isWritten, declaration }: Reference): boolean {
  if (name === "this" || name === "arguments" || (name === "eval" && declaration === undefined)) {
    return false;
  }
  // The name of a function expression cannot be assigned; sloppy code does not notice.
  return !isWritten || (declaration !== undefined && declaration.node?.type !== "FunctionExpression");
}

function isHarmlessCode(node: AnyNode, isBodyOfFunction: boolean): boolean {
  if (isClass(node)) {
    return true;
  }
  const isWrite =
    node.type === "AssignmentExpression" || node.type === "ForInStatement" || node.type === "ForOfStatement";
  const isDelete = node.type === "UnaryExpression" && node.operator === "delete";
  const target = isWrite ? node.left : node.type === "UpdateExpression" ? node.argument : undefined;
  if (isDelete || (target !== undefined && hasMember(target))) {
    return false;
  }
  for (const child of childrenOf(node)) {
    // A function in a block is known in all of the function around it, in sloppy code alone.
    if (child.type === "FunctionDeclaration" && !isBodyOfFunction) {
      return false;
    }
    const isBody = isFunction(node) && child === node.body;
    if (!isHarmlessCode(child, isBody || isFunction(child))) {
      return false;
    }
  }
  return true;
}

/** Whether a target of an assignment is, or has in it, a property. */
function hasMember(target: AnyNode): boolean {
  if (target.type === "MemberExpression") {
    return true;
  }
  return target.type !== "Identifier" && [...childrenOf(target)].some(hasMember);
}
