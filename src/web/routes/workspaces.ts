import { Type } from "typebox";
import { Actor } from "../actor.ts";
import type { RouteContext, WebApp } from "../route-context.ts";
import * as schemas from "../schemas.ts";
import { bytesOf, idOf } from "../show/names.ts";
import { showWorkspace, showWorkspaces } from "../show/workspaces.ts";

const params = Type.Object({ workspace: Type.String() });

export function workspaceRoutes(app: WebApp, { server, observer }: RouteContext): void {
  app.get(
    "/workspaces",
    {
      schema: {
        summary: "All workspaces that one may see",
        querystring: schemas.workspacesQuery,
        response: { 200: schemas.workspacePage, "4xx": schemas.problem },
      },
    },
    ({ query, visitor: { principal } }) => showWorkspaces(observer, principal, query),
  );
  app.post(
    "/workspaces",
    {
      schema: {
        summary: "Makes a workspace, which nobody owns",
        body: schemas.newWorkspace,
        response: { 201: schemas.workspaceInfo, "4xx": schemas.problem },
      },
    },
    ({ body, visitor }, reply) => {
      const name = bytesOf(body.name);
      new Actor(server, visitor).create(name);
      void reply.status(201);
      return showWorkspace(observer, observer.workspace(visitor.principal, idOf(name)));
    },
  );
  app.get(
    "/workspaces/:workspace",
    {
      schema: {
        summary: "A workspace",
        params,
        response: { 200: schemas.workspaceInfo, "4xx": schemas.problem },
      },
    },
    ({ params: { workspace }, visitor: { principal } }) =>
      showWorkspace(observer, observer.workspace(principal, workspace)),
  );
  app.delete(
    "/workspaces/:workspace",
    {
      schema: {
        summary: "Deletes a workspace with all that is in it; who waits there is told",
        params,
        response: { 200: schemas.done, "4xx": schemas.problem },
      },
    },
    ({ params: { workspace }, visitor }) => {
      new Actor(server, visitor).deleteWs(observer.workspace(visitor.principal, workspace).name);
      return { done: true as const };
    },
  );
}
