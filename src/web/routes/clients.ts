import { Type } from "typebox";
import { Actor } from "../actor.ts";
import type { RouteContext, WebApp } from "../route-context.ts";
import * as schemas from "../schemas.ts";
import { showClient, showClients } from "../show/clients.ts";

const params = Type.Object({ client: Type.String() });

export function clientRoutes(app: WebApp, { server, observer }: RouteContext): void {
  app.get(
    "/clients",
    {
      config: { isOfAll: true },
      schema: {
        summary: "Who is connected",
        querystring: schemas.listQuery,
        response: { 200: schemas.clientPage, "4xx": schemas.problem },
      },
    },
    ({ query }) => showClients(observer, query),
  );
  app.get(
    "/clients/:client",
    {
      config: { isOfAll: true },
      schema: { summary: "A client", params, response: { 200: schemas.clientInfo, "4xx": schemas.problem } },
    },
    ({ params: { client } }) => showClient(observer, observer.client(client)),
  );
  app.delete(
    "/clients/:client",
    {
      config: { needs: "admin", isOfAll: true },
      schema: {
        summary: "Ends a client's session",
        params,
        response: { 200: schemas.done, "4xx": schemas.problem },
      },
    },
    ({ params: { client }, visitor }) => {
      new Actor(server, visitor).disconnect(observer.client(client));
      return { done: true as const };
    },
  );
}
