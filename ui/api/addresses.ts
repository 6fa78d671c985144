import type { ListQuery, ValuesQuery } from "../../src/web/api.ts";

/*
 * Paths of the API, as the feed and `fetch` want them. `workspace` and `variable` are ids: percent-encoded already, by the server.
 */

/** The workspaces list can also be asked for those that have a variable of some name. */
export interface WorkspacesQuery extends ListQuery {
  readonly variable?: string;
}

export function workspacesPath(query: WorkspacesQuery = {}): string {
  return `/api/workspaces${queryText(query)}`;
}

export function workspacePath(workspace: string): string {
  return `/api/workspaces/${workspace}`;
}

export function variablesPath(workspace: string, query: ListQuery = {}): string {
  return `${workspacePath(workspace)}/variables${queryText(query)}`;
}

export function variablePath(workspace: string, variable: string): string {
  return `${workspacePath(workspace)}/variables/${variable}`;
}

export function valuesPath(workspace: string, variable: string, query: ValuesQuery = {}): string {
  return `${variablePath(workspace, variable)}/values${queryText(query)}`;
}

export function valuePath(workspace: string, variable: string, index: number): string {
  return `${valuesPath(workspace, variable)}/${index}`;
}

export function clientsPath(query: ListQuery = {}): string {
  return `/api/clients${queryText(query)}`;
}

export function clientPath(client: string): string {
  return `/api/clients/${client}`;
}

export const serverPath = "/api/server";

/** The id of a name that was typed here. */
export function idOfName(name: string): string {
  return encodeURIComponent(name);
}

/** `?a=1&b=2`, without what is undefined or empty. */
function queryText(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, string | number | undefined][]) {
    if (value !== undefined && value !== "") {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
