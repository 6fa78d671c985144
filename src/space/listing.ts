import type { Session } from "./session.ts";
import type { Workspace } from "./workspace.ts";

/** `extended` adds the booked values and the bytes held, in memory and in files. */
export function listVariables(workspace: Workspace, extended: boolean): string {
  const lines: string[] = [];
  for (const name of workspace.sortedNames) {
    const variable = workspace.variables.get(name)!;
    const { finders, fetchers, table, mode } = variable;
    const line = `${name}\t${variable.freeCount}\t${fetchers.size}\t${finders.size}\t${mode ?? "unknown"}`;
    lines.push(extended ? `${line}\t${variable.bookedCount}\t${table.memoryBytes + table.fileBytes}` : line);
  }
  return lines.join("\n");
}

/** One line, with its end; `>` marks what the session that asks owns. `extended` adds the durability, if that was said. */
export function listWorkspace(workspace: Workspace, session: Session, extended: boolean): string {
  const { owner, name, isSystem, isPersistent, variables, durability } = workspace;
  const mark = owner === session ? ">" : " ";
  const ownerText = isSystem ? "[system]" : owner === undefined ? "" : `${owner.peer} (${workspace.ownerLabel})`;
  const names = workspace.sortedNames.join(",");
  const line = `${mark}${name}\t${ownerText}\t${isPersistent ? "True" : "False"}\t${variables.size}\t${names}`;
  return extended ? `${line}\t${durability ?? ""}\n` : `${line}\n`;
}
