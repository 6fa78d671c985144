import type { AnyNode, Program } from "acorn";
import { partsOf } from "./patterns.ts";
import { exportedName } from "./hoisting.ts";

/** Where an exported name comes from: a variable of the file, or a name that another file exports. */
export type ExportSource = { readonly local: string } | { readonly specifier: string; readonly imported: string };

/** What a module exports. */
export interface Exports {
  readonly names: ReadonlyMap<string, ExportSource>;
  /** The files of `export * from`. */
  readonly stars: readonly string[];
}

/** The export declarations of an ES module. */
export function readExports(program: Program): Exports {
  const names = new Map<string, ExportSource>();
  const stars: string[] = [];
  for (const node of program.body) {
    if (node.type === "ExportAllDeclaration") {
      const specifier = String(node.source.value);
      if (node.exported) {
        names.set(exportedName(node.exported), { specifier, imported: "*" });
      } else {
        stars.push(specifier);
      }
    } else if (node.type === "ExportDefaultDeclaration") {
      const { id } = node.declaration as { id?: { name: string } | null };
      const local = id?.name ?? (node.declaration.type === "Identifier" ? node.declaration.name : "default");
      names.set("default", { local });
    } else if (node.type === "ExportNamedDeclaration") {
      for (const { local, exported } of node.specifiers) {
        const name = exportedName(local);
        const source = node.source ? { specifier: String(node.source.value), imported: name } : { local: name };
        names.set(exportedName(exported), source);
      }
      for (const name of declaredNames(node.declaration)) {
        names.set(name, { local: name });
      }
    }
  }
  return { names, stars };
}

function declaredNames(node: AnyNode | null | undefined): string[] {
  if (node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration") {
    return [(node.id as { name: string }).name];
  }
  if (node?.type !== "VariableDeclaration") {
    return [];
  }
  return node.declarations.flatMap(({ id }) =>
    [...partsOf(id)].flatMap(({ kind, node: part }) =>
      kind === "target" && part.type === "Identifier" ? [part.name] : [],
    ),
  );
}
