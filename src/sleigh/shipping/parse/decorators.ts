import type { CallExpression, AnyNode } from "acorn";
import { childrenOf, type ClassNode } from "./syntax.ts";

/** Whether a class decorates its members itself, when it is evaluated: TypeScript writes a static block for that. */
export function decoratesItself(node: ClassNode): boolean {
  return decoratorCalls(node).next().done === false;
}

/** The variables of lists that such a class adds to. They are the last two arguments of TypeScript's helper. */
export function decoratorLists(node: ClassNode): string[] {
  return [...decoratorCalls(node)].flatMap((call) =>
    call.arguments.slice(4).flatMap((each) => (each.type === "Identifier" ? [each.name] : [])),
  );
}

function* decoratorCalls(node: ClassNode): Generator<CallExpression> {
  for (const member of node.body.body) {
    if (member.type === "StaticBlock") {
      yield* callsIn(member);
    }
  }
}

function* callsIn(node: AnyNode): Generator<CallExpression> {
  if (node.type === "CallExpression" && nameOf(node.callee) === "__esDecorate") {
    yield node;
  }
  for (const child of childrenOf(node)) {
    yield* callsIn(child);
  }
}

/** The helper may be in the file or be a member of `tslib`. */
function nameOf(callee: AnyNode): string | undefined {
  if (callee.type === "SequenceExpression") {
    return nameOf(callee.expressions.at(-1)!);
  }
  const name = callee.type === "MemberExpression" ? callee.property : callee;
  return name.type === "Identifier" ? name.name : undefined;
}
