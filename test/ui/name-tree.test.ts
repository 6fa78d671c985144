import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameTree, type TreeFolder, treeRows } from "../../ui/workspaces/name-tree.ts";

const items = (...names: string[]) => names.map((name) => ({ name }));
const shown = (names: string[], open: string[]): string[] =>
  treeRows(nameTree(items(...names), "/"), new Set(open)).map((row) =>
    "folder" in row
      ? `${" ".repeat(row.depth)}${row.isOpen ? "-" : "+"}${row.folder.label}(${row.folder.count})`
      : `${" ".repeat(row.depth)}${row.leaf.label}`,
  );

describe("names as a tree", () => {
  it("puts names with the same beginning into a folder, closed at first", () => {
    expect(shown(["a/b", "a/c/d", "e"], [])).toEqual(["+a/(2)", "e"]);
  });

  it("shows what is in the folders that are open", () => {
    expect(shown(["a/b", "a/c/d", "e"], ["a/", "a/c/"])).toEqual(["-a/(2)", " -c/(1)", "  d", " b", "e"]);
  });

  it("has a place for names that begin or end with the separator, or have only that", () => {
    expect(shown(["/", "a/", "//b", "a"], ["/", "//", "a/"])).toEqual([
      "-/(2)",
      " -/(1)",
      "  b",
      " /",
      "-a/(1)",
      " /",
      "a",
    ]);
  });

  it("does not go deeper than a page can show", () => {
    let folder: TreeFolder<{ name: string }> = nameTree(items("x/".repeat(10_000)), "/");
    let depth = 0;
    while (folder.folders[0] !== undefined) {
      folder = folder.folders[0];
      depth++;
    }
    expect(depth).toBeLessThanOrEqual(40);
    expect(folder.leaves).toHaveLength(1);
  });

  it("loses no name and invents none", () => {
    const name = fc
      .array(fc.constantFrom("a", "b", "/", "."), { minLength: 1, maxLength: 8 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), (names) => {
        const leaves = (folder: TreeFolder<{ name: string }>): string[] => [
          ...folder.folders.flatMap(leaves),
          ...folder.leaves.map(({ item }) => item.name),
        ];
        const tree = nameTree(items(...names), "/");
        expect(leaves(tree).sort()).toEqual([...names].sort());
        expect(tree.count).toBe(names.length);
      }),
    );
  });
});
