import type { AnyNode, MemberExpression, Identifier, Pattern } from "acorn";

/** A part of a pattern: something that gets a value, or an expression (a default, a computed key) that is read. */
export type PatternPart =
  | { readonly kind: "target"; readonly node: Identifier | MemberExpression; readonly isShorthand: boolean }
  | { readonly kind: "expression"; readonly node: AnyNode };

/** The parts of `[a, { b = 1, [key]: c.d }]`, in source order. */
export function* partsOf(pattern: Pattern, isShorthand = false): Generator<PatternPart> {
  switch (pattern.type) {
    case "Identifier":
    case "MemberExpression":
      yield { kind: "target", node: pattern, isShorthand };
      return;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          yield* partsOf(property);
          continue;
        }
        if (property.computed) {
          yield { kind: "expression", node: property.key };
        }
        yield* partsOf(property.value, property.shorthand);
      }
      return;
    case "ArrayPattern":
      for (const element of pattern.elements) {
        if (element !== null) {
          yield* partsOf(element);
        }
      }
      return;
    case "RestElement":
      yield* partsOf(pattern.argument);
      return;
    case "AssignmentPattern":
      yield* partsOf(pattern.left, isShorthand);
      yield { kind: "expression", node: pattern.right };
  }
}
