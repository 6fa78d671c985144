import type { Session } from "./session.ts";
import type { VariableLimits } from "./variable-limits.ts";
import type { Workspace } from "./workspace.ts";

/** `extended` adds the booked values and the bytes held, in memory and in files; and where there are limits, stores that wait and these. */
export function listVariables(workspace: Workspace, extended: boolean): string {
  const lines: string[] = [];
  for (const name of workspace.sortedNames) {
    const variable = workspace.variables.get(name)!;
    const { finders, fetchers, storers, table, mode } = variable;
    const line = `${name}\t${variable.freeCount}\t${fetchers.size}\t${finders.size}\t${mode ?? "unknown"}`;
    const more = variable.limits === undefined ? "" : `\t${storers.size}${listLimits(variable.limits)}`;
    const bytes = table.memoryBytes + table.fileBytes;
    lines.push(extended ? `${line}\t${variable.bookedCount}\t${bytes}${more}` : line);
  }
  return lines.join("\n");
}

/** Four fields more, each empty where there is no limit; none where nothing was ever said. */
export function listLimits(limits: VariableLimits | undefined): string {
  if (limits === undefined) {
    return "";
  }
  const { maxValues, maxBytes, whenFull, ttlMs } = limits;
  const isBounded = maxValues < Infinity || maxBytes < Infinity;
  return `\t${text(maxValues)}\t${text(maxBytes)}\t${isBounded ? whenFull : ""}\t${text(ttlMs)}`;
}

/** A field more; none where nothing was said. */
export function listIdleTimeout({ idleTimeoutMs }: Workspace): string {
  return idleTimeoutMs === Infinity ? "" : `\t${idleTimeoutMs}`;
}

function text(limit: number): string {
  return limit === Infinity ? "" : `${limit}`;
}

/**
 * One line, with its end; `>` marks what the session that asks owns. `extended` adds the durability and the idle timeout, if these were
 * said.
 */
export function listWorkspace(workspace: Workspace, session: Session, extended: boolean): string {
  const { owner, name, isSystem, isPersistent, variables, durability } = workspace;
  const mark = owner === session ? ">" : " ";
  const ownerText = isSystem ? "[system]" : owner === undefined ? "" : `${owner.peer} (${workspace.ownerLabel})`;
  const names = workspace.sortedNames.join(",");
  const line = `${mark}${name}\t${ownerText}\t${isPersistent ? "True" : "False"}\t${variables.size}\t${names}`;
  return extended ? `${line}\t${durability ?? ""}${listIdleTimeout(workspace)}\n` : `${line}\n`;
}
