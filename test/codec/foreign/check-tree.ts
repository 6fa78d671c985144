/** A value of another language that is read ends, is no larger than allowed, and every reference in it is to something that is there. */
export function checkTree(root: unknown, maxNodes: number): void {
  const ids = new Set<number>();
  const references: number[] = [];
  let count = 0;
  const look = (value: unknown): void => {
    count += 1;
    if (count > 100 * maxNodes) {
      throw new Error("the value is larger than the limits");
    }
    if (Array.isArray(value)) {
      value.forEach(look);
    } else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
      const node = value as { kind: string; id?: number };
      if (node.kind === "reference") {
        references.push(node.id!);
        return;
      }
      if (node.id !== undefined) {
        ids.add(node.id);
      }
      Object.values(node).forEach(look);
    }
  };
  look(root);
  if (!references.every((id) => ids.has(id))) {
    throw new Error("a reference is to nothing");
  }
}
