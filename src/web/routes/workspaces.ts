import { Type } from "typebox";
import type { RouteContext, WebApp } from "../route-context.ts";
import * as schemas from "../schemas.ts";
import { bytesOf, idOf } from "../show/names.ts";
import { showWorkspace, showWorkspaces } from "../show/workspaces.ts";

const params = Type.Object({ workspace: Type.String() });

export function workspaceRoutes(app: WebApp, { observer, door }: RouteContext): void {
  app.get(
    "/workspaces",
    {
      schema: {
        summary: "All workspaces",
        querystring: schemas.workspacesQuery,
        response: { 200: schemas.workspacePage, "4xx": schemas.problem },
      },
    },
    ({ query }) => showWorkspaces(observer, query),
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
    ({ body }, reply) => {
      const name = bytesOf(body.name);
      door.create(name);
      void reply.status(201);
      return showWorkspace(observer, observer.workspace(idOf(name)));
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
    ({ params: { workspace } }) => showWorkspace(observer, observer.workspace(workspace)),
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
    ({ params: { workspace } }) => {
      door.deleteWs(observer.workspace(workspace).name);
      return { done: true as const };
    },
  );
}
