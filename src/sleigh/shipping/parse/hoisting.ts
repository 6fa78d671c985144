import type { AnyNode } from "acorn";
import type { Scope } from "./scope.ts";
import { isClass, isFunction } from "./syntax.ts";

/** Functions and classes are known in all of their block, also before they stand there. */
export function hoist(statements: readonly AnyNode[], scope: Scope): Scope {
  for (const statement of statements) {
    const isExport = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
    const declared = isExport ? (statement.declaration as AnyNode | null | undefined) : statement;
    if (
      declared &&
      (isFunction(declared) || isClass(declared)) &&
      declared.type.endsWith("Declaration") &&
      declared.id
    ) {
      scope.declare(declared.id.name, declared);
    }
  }
  return scope;
}

export function declareImports(node: AnyNode & { type: "ImportDeclaration" }, scope: Scope): void {
  for (const each of node.specifiers) {
    const names = { ImportDefaultSpecifier: "default", ImportNamespaceSpecifier: "*", ImportSpecifier: undefined };
    const imported = names[each.type] ?? exportedName((each as { imported: AnyNode }).imported);
    const importedFrom = { specifier: String(node.source.value), imported, form: "declaration" } as const;
    scope.declare(each.local.name).importedFrom = importedFrom;
  }
}

/** A name in braces of an import or export: an identifier, or a string. */
export function exportedName(node: AnyNode): string {
  return node.type === "Literal" ? String(node.value) : (node as { name: string }).name;
}
