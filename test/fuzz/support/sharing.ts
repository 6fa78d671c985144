/** Values in which one thing stands in several places, or in itself. */
export function sharing(): unknown[] {
  const inside: unknown[] = [1];
  const list: unknown[] = [inside, inside];
  list.push(list);
  const map = new Map<unknown, unknown>([["a", inside]]);
  map.set("self", map);
  const set = new Set<unknown>([list]);
  set.add(set);
  const object: Record<string, unknown> = { inside };
  object["self"] = object;
  const error = new Error("of itself");
  error.cause = error;
  return [list, map, set, object, error];
}
