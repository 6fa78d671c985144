import { describe, expect, test } from "vitest";
import { ParsedScript } from "../../src/sleigh/shipping/parse/script.ts";
import {
  childrenOf,
  isClass,
  isFunction,
  type ClassNode,
  type FunctionNode,
} from "../../src/sleigh/shipping/parse/syntax.ts";
import type { AnyNode } from "acorn";

/** The function or class behind the marked comment of a script. */
function marked(text: string, isModule = true): { script: ParsedScript; node: FunctionNode | ClassNode } {
  const script = new ParsedScript(text, isModule);
  const at = text.indexOf("/*!*/") + "/*!*/".length;
  const find = (node: AnyNode): AnyNode | undefined => {
    if (node.start >= at && (isFunction(node) || isClass(node))) {
      return node;
    }
    for (const child of childrenOf(node)) {
      const found = child.end > at ? find(child) : undefined;
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  };
  return { script, node: find(script.program) as FunctionNode };
}

/** Free names, globals marked with `?`, those that are assigned again with `=`. */
function freeNames(text: string, isModule = true): string {
  const { script, node } = marked(text, isModule);
  return script
    .freeNames(node)
    .map(({ name, declaration }) => name + (declaration === undefined ? "?" : declaration.isReassigned ? "=" : ""))
    .join(" ");
}

describe("the names that a function uses and does not bind", () => {
  test.each([
    ["parameters", "let a; /*!*/(b, { c, d: [e] = a, ...f }, ...g) => b + c + e + f + g", "a"],
    [
      "its own variables",
      "/*!*/() => { const a = 1; let b; { var c; } class D {} function e() {} return [a, b, c, D, e]; }",
      "",
    ],
    ["hoisting", "let a; /*!*/() => { f(); function f() { return a; } }", "a"],
    ["shadowing", "let a, b; /*!*/(a) => { { let b = a; } return b; }", "b"],
    ["default values", "let a, b; /*!*/({ x = a, [b]: y } = {}) => x + y", "a b"],
    ["its own name", "const f = /*!*/function g() { return g; }", ""],
    ["a declaration's name is outside", "/*!*/function g() { return g; }", "g"],
    [
      "properties and labels are no names",
      "let a; /*!*/() => { b: for (;;) { break b; } return { c: a.d, e() {} }; }",
      "a",
    ],
    ["shorthand properties", "let a; /*!*/() => ({ a })", "a"],
    ["assignments", "let a, b, c; /*!*/() => { a = 1; b++; [c] = [2]; }", "a= b= c="],
    ["assignments elsewhere", "let a = 1; function f() { a = 2; } /*!*/() => a", "a="],
    ["patterns that assign", "let a, b; /*!*/(x) => { ({ a, y: b = 1 } = x); }", "a= b="],
    ["loops", "let a, list; /*!*/() => { for (const x of list) { x(); } for (a in list) { a; } }", "list a="],
    ["catch", "/*!*/() => { try { f(); } catch ({ message }) { return message; } }", "f?"],
    ["globals", "/*!*/() => console.log(undefined, typeof missing)", "console? undefined? missing?"],
    ["imports", 'import a, { b as c } from "x"; import * as d from "y"; /*!*/() => [a, c, d.e]', "a c d"],
    ["this of a function", "/*!*/function f() { return [this, arguments, new.target, () => this]; }", ""],
    [
      "this around an arrow",
      "function f() { return /*!*/() => [this, arguments, new.target]; }",
      "this arguments new.target",
    ],
    ["this of a file", "/*!*/() => this", "this?"],
    [
      "a class",
      "let a, b; /*!*/class A extends a { #p = b; static s = A.t; m() { return [super.m, this.#p, A]; } }",
      "a b",
    ],
    ["a method", "class A { #p; m /*!*/() { return [super.m, this.#p]; } }", "super #p"],
    ["a field's arrow", "class A { f = /*!*/() => this.g; }", "this"],
    ["an object's method", "let a; const o = { m /*!*/() { return super.m(a); } };", "super a"],
    ["templates and tags", "let a, b; /*!*/() => a`${b}`", "a b"],
    ["dynamic import", "let a; /*!*/() => import(a + import.meta.url)", "a"],
    ["functions in blocks", "/*!*/() => { if (x) { function f() {} f(); } }", "x?"],
    ["switch", "let a; /*!*/(v) => { switch (v) { case a: let b; return b; } }", "a"],
    ["static blocks", "let a; /*!*/class A { static { var b = a; this.c = b; } }", "a"],
  ])("%s", (_, text, expected) => {
    expect(freeNames(text)).toBe(expected);
  });

  test("what Node gives to CommonJS files belongs to the file", () => {
    const { script, node } = marked("/*!*/() => [require, exports, module, __filename, __dirname, other]", false);
    const kinds = script.freeNames(node).map(({ declaration }) => declaration?.scope.kind);
    expect(kinds).toEqual(["top", "top", "top", "top", "top", undefined]);
  });

  test("a file that a loader wrapped has its variables in the wrapper", () => {
    for (const text of [
      "(function (exports, require) { let a; /*!*/() => a; })",
      "__filename = 'x'; (() => { let a; /*!*/() => a; })()",
      "'use strict';async (__import__) => {{ let a; /*!*/() => a; }}",
    ]) {
      const { script, node } = marked(text, false);
      expect(script.freeNames(node).map(({ declaration }) => declaration?.scope.kind)).toEqual(["top"]);
    }
  });
});

describe("the function at a position", () => {
  const text = [
    "export default async function named(a = () => 1) {}",
    "const o = { m(x) { return (y) => x; }, get g() { return 1; }, async: async z => z };",
    "class A { constructor(c) {} static s() {} ['k' + 1]() {} }",
    "class B {}",
  ].join("\n");
  const script = new ParsedScript(text, true);
  const lines = text.split("\n");

  test.each([
    ["a declaration, at its parenthesis", 0, "(a =", "async function named"],
    ["a function in a default value", 0, "() => 1", "() => 1"],
    ["a method", 1, "(x)", "(x) {"],
    ["an arrow inside", 1, "(y)", "(y) => x"],
    ["a getter", 1, "() { return 1", "() { return 1"],
    ["an async arrow", 1, "async z", "async z => z"],
    ["a static method", 2, "() {} [", "() {}"],
    ["a computed method", 2, "() {} }", "() {}"],
  ])("%s", (_, line, at, start) => {
    const node = script.nodeAt({ line, column: lines[line]!.indexOf(at) }, false);
    expect(text.slice(node?.start, node?.end).startsWith(start)).toBe(true);
  });

  test("a class, at its constructor or its start", () => {
    const a = script.nodeAt({ line: 2, column: lines[2]!.indexOf("(c)") }, true);
    const b = script.nodeAt({ line: 3, column: 0 }, true);
    expect([a, b].map((node) => (node as { id: { name: string } }).id.name)).toEqual(["A", "B"]);
  });
});
