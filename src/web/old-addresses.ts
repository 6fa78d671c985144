import { idOf } from "./show/names.ts";
import type { WebApp } from "./route-context.ts";

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The addresses of the original's pages lead to what they showed. */
export function oldAddresses(app: WebApp): void {
  app.get("/doit", { schema: { hide: true } }, (request, reply) => reply.redirect(newAddress(request.query as Query)));
}

/** Where the page is now that the original had at `/doit?op=…`. */
export function newAddress(query: Query): string {
  const workspace = idOf(bytesOf(query["wsName"]));
  const variable = idOf(bytesOf(query["varName"]));
  switch (query["op"]) {
    case "listVars":
      return `/workspaces/${workspace}`;
    case "showVar":
    case "listValues":
      return `/workspaces/${workspace}/variables/${variable}`;
    case "listClients":
      return "/clients";
    case "showServerInfo":
      return "/server";
    default:
      return "/";
  }
}

function bytesOf(text: Query[string]): string {
  return typeof text === "string" ? Buffer.from(text, "utf8").toString("latin1") : "";
}
