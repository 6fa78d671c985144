/*
 * The pages' addresses. They stand behind the `#`, so that any server can serve the pages from any folder:
 *
 *   #/                      the workspaces          #/clients       the clients      #/server       the server
 *   #/workspaces/W          a workspace             #/clients/ID    a client
 *   #/workspaces/W/V        a variable              #/sleighs       the sleighs      #/sleighs/W    one of them
 *
 * W, V and ID are ids, as the API has them: percent-encoded.
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
      return "#/";
    case "workspace":
      return `#/workspaces/${route.workspace}`;
    case "variable":
      return `#/workspaces/${route.workspace}/${route.variable}`;
    case "client":
      return `#/clients/${route.client}`;
    case "sleigh":
      return `#/sleighs/${route.workspace}`;
    case "clients":
    case "server":
    case "sleighs":
      return `#/${route.page}`;
  }
}

/** The page at `hash`: what `location.hash` has. */
export function routeOf(hash: string): Route {
  const [page = "", first, second, ...more] = hash.replace(/^#?\/?/, "").split("/");
  if (more.length > 0) {
    return { page: "nowhere" };
  }
  const isThere = (part: string | undefined): part is string => part !== undefined && part !== "";
  if (page === "workspaces" && isThere(first)) {
    return isThere(second)
      ? { page: "variable", workspace: first, variable: second }
      : { page: "workspace", workspace: first };
  }
  if (page === "clients" && isThere(first) && !isThere(second)) {
    return { page: "client", client: first };
  }
  if (page === "sleighs" && isThere(first) && !isThere(second)) {
    return { page: "sleigh", workspace: first };
  }
  if (isThere(first)) {
    return { page: "nowhere" };
  }
  switch (page) {
    case "":
    case "workspaces":
      return { page: "workspaces" };
    case "clients":
    case "server":
    case "sleighs":
      return { page };
    default:
      return { page: "nowhere" };
  }
}

/** The name behind an id, for headings until the answer with the true name has come. */
export function nameOfId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    // Not UTF-8: each byte is a character, as everywhere.
    return id.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}
