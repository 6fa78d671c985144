import type { ListQuery, ValuesQuery, WorkspacesQuery } from "../../src/web/api.ts";

/*
 * Paths of the API, as the feed and `fetch` want them. `workspace`, `variable` and `client` are ids, from the server's answers.
 */

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

export const mePath = "/api/me";
export const loginPath = "/api/login";
export const logoutPath = "/api/logout";
export const serverPath = "/api/server";
export const historyPath = "/api/server/history";

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
