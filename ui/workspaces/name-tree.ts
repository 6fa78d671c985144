/*
 * Names as a tree: `a/b` and `a/c` are two leaves under the folder `a/`. A name can be a leaf and, with others, begin a folder.
 */

export const separators = ["/", ".", ":"] as const;
export type Separator = (typeof separators)[number];

export interface TreeFolder<T> {
  /** From the root, with its last separator: `a/b/`. Two folders never have the same. */
  readonly path: string;
  /** The last part of `path`, with the separator. */
  readonly label: string;
  readonly folders: readonly TreeFolder<T>[];
  readonly leaves: readonly TreeLeaf<T>[];
  /** Leaves in it and in its folders. */
  readonly count: number;
}

export interface TreeLeaf<T> {
  readonly label: string;
  readonly item: T;
}

/** A row of the tree as it is shown. */
export type TreeRow<T> =
  | { readonly depth: number; readonly folder: TreeFolder<T>; readonly isOpen: boolean }
  | { readonly depth: number; readonly leaf: TreeLeaf<T> };

/** A name with more separators than that has the rest in its leaf's label. */
const DEEPEST = 40;

/** The tree of `items`, whose order is kept. */
export function nameTree<T extends { readonly name: string }>(
  items: readonly T[],
  separator: Separator,
): TreeFolder<T> {
  const root = new Growing<T>("", "");
  for (const item of items) {
    const parts = item.name.split(separator);
    const last = parts.splice(Math.min(parts.length - 1, DEEPEST)).join(separator);
    let folder = root;
    for (const part of parts) {
      folder = folder.inner(`${part}${separator}`);
    }
    // `a/` is a leaf without a name in the folder `a/`: then the separator stands for it.
    folder.leaves.push({ label: last === "" ? separator : last, item });
  }
  return root.grown();
}

/** The rows to show, when the folders whose paths are in `open` are open. The root has no row. */
export function treeRows<T>(root: TreeFolder<T>, open: ReadonlySet<string>): TreeRow<T>[] {
  const rows: TreeRow<T>[] = [];
  const add = (folder: TreeFolder<T>, depth: number): void => {
    for (const inner of folder.folders) {
      const isOpen = open.has(inner.path);
      rows.push({ depth, folder: inner, isOpen });
      if (isOpen) {
        add(inner, depth + 1);
      }
    }
    for (const leaf of folder.leaves) {
      rows.push({ depth, leaf });
    }
  };
  add(root, 0);
  return rows;
}

class Growing<T> {
  readonly #path: string;
  readonly #label: string;
  readonly #folders = new Map<string, Growing<T>>();
  readonly leaves: TreeLeaf<T>[] = [];

  constructor(path: string, label: string) {
    this.#path = path;
    this.#label = label;
  }

  inner(label: string): Growing<T> {
    let folder = this.#folders.get(label);
    if (folder === undefined) {
      folder = new Growing(this.#path + label, label);
      this.#folders.set(label, folder);
    }
    return folder;
  }

  grown(): TreeFolder<T> {
    const folders = [...this.#folders.values()].map((folder) => folder.grown());
    const count = folders.reduce((sum, folder) => sum + folder.count, this.leaves.length);
    return { path: this.#path, label: this.#label, folders, leaves: this.leaves, count };
  }
}
