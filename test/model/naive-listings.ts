import { sum } from "./naive-delivery.ts";
import type { NaiveSession, NaiveWorkspace } from "./naive-variable.ts";

/** Extended: with the booked values and the bytes held. */
export function listVars(workspace: NaiveWorkspace, extended: boolean, valueOverheadBytes: number): string {
  const lines = [...workspace.variables.values()].sort(byName).map((variable) => {
    const { name, values, waiters, mode } = variable;
    const free = variable.free().length;
    const fetchers = waiters.filter(({ how }) => how.take).length;
    const fields = [name, free, fetchers, waiters.length - fetchers, mode ?? "unknown"];
    const bytes = sum(values.map((value) => value.length + valueOverheadBytes));
    return (extended ? [...fields, values.length - free, bytes] : fields).join("\t");
  });
  return lines.join("\n");
}

/** With the durability, if that was said. */
export function listWss(workspaces: readonly NaiveWorkspace[], session: NaiveSession): string {
  const lines = [...workspaces].sort(byName).map(({ name, owner, isPersistent, durability, variables }) => {
    const ownerText =
      name === "__default" ? "[system]" : owner === undefined ? "" : `peer${owner.number} (label${owner.number})`;
    const names = [...variables.keys()].sort().join(",");
    const mark = owner === session ? ">" : " ";
    return `${mark}${name}\t${ownerText}\t${isPersistent ? "True" : "False"}\t${variables.size}\t${names}\t${durability ?? ""}\n`;
  });
  return lines.length === 0 ? "\n" : lines.join("");
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
