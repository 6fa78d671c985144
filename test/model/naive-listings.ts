import { sum } from "./naive-delivery.ts";
import type { VariableLimits } from "../../src/space/index.ts";
import type { NaiveSession, NaiveWorkspace } from "./naive-variable.ts";

/** Extended: with the booked values and the bytes held. */
export function listVars(workspace: NaiveWorkspace, extended: boolean, valueOverheadBytes: number): string {
  const lines = [...workspace.variables.values()].sort(byName).map((variable) => {
    const { name, values, waiters, mode } = variable;
    const free = variable.free().length;
    const fetchers = waiters.filter(({ how }) => how.take).length;
    const fields = [name, free, fetchers, waiters.length - fetchers, mode ?? "unknown"];
    const bytes = sum(values.map((value) => value.length + valueOverheadBytes));
    const more = variable.limits === undefined ? [] : [variable.storers.length, ...limitFields(variable.limits)];
    return (extended ? [...fields, values.length - free, bytes, ...more] : fields).join("\t");
  });
  return lines.join("\n");
}

/** With the durability, if that was said. */
export function listWss(workspaces: readonly NaiveWorkspace[], session: NaiveSession): string {
  const lines = [...workspaces].sort(byName).map((workspace) => {
    const { name, owner, isPersistent, durability, idleTimeoutMs, variables } = workspace;
    const idle = idleTimeoutMs === Infinity ? "" : `\t${idleTimeoutMs}`;
    const ownerText =
      name === "__default" ? "[system]" : owner === undefined ? "" : `peer${owner.number} (label${owner.number})`;
    const names = [...variables.keys()].sort().join(",");
    const mark = owner === session ? ">" : " ";
    return `${mark}${name}\t${ownerText}\t${isPersistent ? "True" : "False"}\t${variables.size}\t${names}\t${durability ?? ""}${idle}\n`;
  });
  return lines.length === 0 ? "\n" : lines.join("");
}

function limitFields({ maxValues, maxBytes, whenFull, ttlMs }: VariableLimits): (string | number)[] {
  const isBounded = maxValues < Infinity || maxBytes < Infinity;
  const text = (limit: number): string | number => (limit === Infinity ? "" : limit);
  return [text(maxValues), text(maxBytes), isBounded ? whenFull : "", text(ttlMs)];
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
