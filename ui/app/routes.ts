/*
 * The pages' addresses:
 *
 *   /                              the workspaces          /clients       the clients      /server       the server
 *   /workspaces/W                  a workspace             /clients/ID    a client
 *   /workspaces/W/variables/V      a variable              /sleighs       the sleighs      /sleighs/W    one of them
 *
 * W, V and ID are ids, as the API has them. The server answers all of them with index.html.
 */

export type Route =
  | { readonly page: "workspaces" }
  | { readonly page: "workspace"; readonly workspace: string }
  | { readonly page: "variable"; readonly workspace: string; readonly variable: string }
  | { readonly page: "clients" }
  | { readonly page: "client"; readonly client: string }
  | { readonly page: "server" }
  | { readonly page: "sleighs" }
  | { readonly page: "sleigh"; readonly workspace: string }
  | { readonly page: "nowhere" };

/** The `href` of a link to a page. */
export function hrefOf(route: Exclude<Route, { page: "nowhere" }>): string {
  switch (route.page) {
    case "workspaces":
      return "/";
    case "workspace":
      return `/workspaces/${route.workspace}`;
    case "variable":
      return `/workspaces/${route.workspace}/variables/${route.variable}`;
    case "client":
      return `/clients/${route.client}`;
    case "sleigh":
      return `/sleighs/${route.workspace}`;
    case "clients":
    case "server":
    case "sleighs":
      return `/${route.page}`;
  }
}

const patterns: readonly (readonly [pattern: RegExp, route: (first: string, second: string) => Route])[] = [
  [/^\/(?:workspaces\/?)?$/, () => ({ page: "workspaces" })],
  [/^\/workspaces\/([^/]+)(?:\/variables)?\/?$/, (workspace) => ({ page: "workspace", workspace })],
  [
    /^\/workspaces\/([^/]+)\/variables\/([^/]+)\/?$/,
    (workspace, variable) => ({ page: "variable", workspace, variable }),
  ],
  [/^\/clients\/?$/, () => ({ page: "clients" })],
  [/^\/clients\/([^/]+)\/?$/, (client) => ({ page: "client", client })],
  [/^\/server\/?$/, () => ({ page: "server" })],
  [/^\/sleighs\/?$/, () => ({ page: "sleighs" })],
  [/^\/sleighs\/([^/]+)\/?$/, (workspace) => ({ page: "sleigh", workspace })],
];

/** The page at a path: what `location.pathname` has. */
export function routeOf(path: string): Route {
  for (const [pattern, route] of patterns) {
    const match = pattern.exec(path);
    if (match !== null) {
      const [, first = "", second = ""] = match;
      return route(first, second);
    }
  }
  return { page: "nowhere" };
}

/** The name behind an id (src/web/show/names.ts), for headings until the answer with the true name has come. */
export function nameOfId(id: string): string {
  const name = id.replace(/~([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: each byte is a character, as everywhere.
    return name;
  }
}
