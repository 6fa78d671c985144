import { type Node, parse } from "acorn";

/** Text to be put in at a place: openings after closings, outer before inner, as brackets must be. */
interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Among those at the same place. */
  readonly order: number;
}

type AnyNode = Node & Readonly<Record<string, unknown>>;

/**
 * Has JavaScript count how often each of its blocks runs (functions, arms of `if`, `?:`, `&&`, `||`, `??`, loops, cases), in the array that
 * `coverage.ts` reads. `takeBlock` gives each the number of its own. No line is added.
 */
export function instrument(code: string, takeBlock: () => number): string {
  const insertions: Insertion[] = [];
  const count = (): string => `__blocks[${takeBlock()}]++`;
  const open = (at: number, text: string, node: Node): void => {
    insertions.push({ at, text, order: 1e9 - (node.end - node.start) });
  };
  const close = (at: number, text: string, node: Node): void => {
    insertions.push({ at, text, order: -1e9 + (node.end - node.start) });
  };
  const statement = (node: AnyNode): void => {
    if (node.type === "BlockStatement") {
      open(node.start + 1, `${count()};`, node);
    } else {
      open(node.start, `{${count()};`, node);
      close(node.end, "}", node);
    }
  };
  const expression = (node: AnyNode): void => {
    open(node.start, `(${count()},`, node);
    close(node.end, ")", node);
  };
  const arms: Readonly<Record<string, readonly string[]>> = {
    FunctionDeclaration: ["body"],
    FunctionExpression: ["body"],
    IfStatement: ["consequent", "alternate"],
    ForStatement: ["body"],
    ForInStatement: ["body"],
    ForOfStatement: ["body"],
    WhileStatement: ["body"],
    DoWhileStatement: ["body"],
    CatchClause: ["body"],
  };
  const visit = (node: AnyNode): void => {
    for (const arm of arms[node.type] ?? []) {
      const part = node[arm] as AnyNode | null;
      if (part !== null) {
        statement(part);
      }
    }
    if (node.type === "ArrowFunctionExpression") {
      const body = node["body"] as AnyNode;
      (body.type === "BlockStatement" ? statement : expression)(body);
    } else if (node.type === "ConditionalExpression") {
      expression(node["consequent"] as AnyNode);
      expression(node["alternate"] as AnyNode);
    } else if (node.type === "LogicalExpression") {
      expression(node["right"] as AnyNode);
    } else if (node.type === "SwitchCase") {
      const first = (node["consequent"] as AnyNode[])[0];
      if (first !== undefined) {
        open(first.start, `${count()};`, first);
      }
    }
    for (const value of Object.values(node)) {
      for (const part of Array.isArray(value) ? value : [value]) {
        if (isNode(part)) {
          visit(part);
        }
      }
    }
  };
  visit(parse(code, { ecmaVersion: "latest", sourceType: "module" }) as unknown as AnyNode);
  insertions.sort((a, b) => a.at - b.at || a.order - b.order);
  let result = "const __blocks = globalThis.__fuzzBlocks;";
  let done = 0;
  for (const { at, text } of insertions) {
    result += code.slice(done, at) + text;
    done = at;
  }
  return result + code.slice(done);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
