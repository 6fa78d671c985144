import type { RouteContext, WebApp } from "../route-context.ts";
import * as schemas from "../schemas.ts";
import { showServer } from "../show/server-info.ts";

export function serverRoutes(app: WebApp, { observer, history, addresses }: RouteContext): void {
  app.get(
    "/server",
    { schema: { summary: "The server", response: { 200: schemas.serverInfo, "4xx": schemas.problem } } },
    ({ visitor: { principal } }) => showServer(observer, addresses, principal),
  );
  app.get(
    "/server/history",
    {
      config: { isOfAll: true },
      schema: {
        summary: "What it did in the last minutes",
        response: { 200: schemas.history, "4xx": schemas.problem },
      },
    },
    () => history.points,
  );
}
