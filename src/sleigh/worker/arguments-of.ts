/** How the arguments of a chunk's tasks come: a list for each argument, or a list for each task. */
export interface ArgumentLists {
  readonly lists: readonly ArrayLike<unknown>[];
  readonly layout: "columns" | "rows";
}

/**
 * A function from the place of a task to all its arguments: its own, followed by the fixed ones, or those that `permute` picks
 * from that list.
 */
export function argumentsOf(
  { lists, layout }: ArgumentLists,
  fixed: readonly unknown[],
  permute: readonly number[] | undefined,
): (at: number) => readonly unknown[] {
  const own: (at: number) => readonly unknown[] = layout === "rows" ? (at) => toArray(lists[at]!) : columns(lists);
  const all: (at: number) => readonly unknown[] = fixed.length === 0 ? own : (at) => [...own(at), ...fixed];
  if (permute === undefined) {
    return all;
  }
  return (at) => {
    const args = all(at);
    return permute.map((index) => args[index]);
  };
}

function columns(lists: readonly ArrayLike<unknown>[]): (at: number) => readonly unknown[] {
  if (lists.length === 1) {
    const only = lists[0]!;
    return (at) => [only[at]];
  }
  return (at) => {
    const args = new Array<unknown>(lists.length);
    for (let i = 0; i < lists.length; i++) {
      args[i] = lists[i]![at];
    }
    return args;
  };
}

function toArray(list: ArrayLike<unknown>): readonly unknown[] {
  return Array.isArray(list) ? (list as readonly unknown[]) : Array.from(list);
}
