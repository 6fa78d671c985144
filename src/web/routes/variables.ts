import { Type } from "typebox";
import { Actor } from "../actor.ts";
import type { RouteContext, WebApp } from "../route-context.ts";
import * as schemas from "../schemas.ts";
import { bytesOf, idOf } from "../show/names.ts";
import { showDetail, showVariable, showVariables } from "../show/variables.ts";

const inWorkspace = Type.Object({ workspace: Type.String() });
const ofVariable = Type.Object({ workspace: Type.String(), variable: Type.String() });

export function variableRoutes(app: WebApp, { server, observer }: RouteContext): void {
  app.get(
    "/workspaces/:workspace/variables",
    {
      schema: {
        summary: "The variables of a workspace",
        params: inWorkspace,
        querystring: schemas.listQuery,
        response: { 200: schemas.variablePage, "4xx": schemas.problem },
      },
    },
    ({ params, query, visitor: { principal } }) =>
      showVariables(observer, observer.workspace(principal, params.workspace), query),
  );
  app.post(
    "/workspaces/:workspace/variables",
    {
      schema: {
        summary: "Declares a variable",
        params: inWorkspace,
        body: schemas.newVariable,
        response: { 201: schemas.variableInfo, "4xx": schemas.problem },
      },
    },
    ({ params, body, visitor }, reply) => {
      const workspace = observer.workspace(visitor.principal, params.workspace);
      const name = bytesOf(body.name);
      const { mode, maxValues, maxBytes, whenFull, ttlMs } = body;
      const limits = {
        ...(maxValues !== undefined && { maxValues }),
        ...(maxBytes !== undefined && { maxBytes }),
        ...(whenFull !== undefined && { whenFull }),
        ...(ttlMs !== undefined && { ttlMs }),
      };
      new Actor(server, visitor).declare(workspace.name, name, mode, limits);
      void reply.status(201);
      return showVariable(observer, observer.variable(visitor.principal, params.workspace, idOf(name)));
    },
  );
  app.get(
    "/workspaces/:workspace/variables/:variable",
    {
      schema: {
        summary: "A variable, and who waits for it",
        params: ofVariable,
        response: { 200: schemas.variableDetail, "4xx": schemas.problem },
      },
    },
    ({ params, visitor: { principal } }) =>
      showDetail(observer, observer.variable(principal, params.workspace, params.variable)),
  );
  app.delete(
    "/workspaces/:workspace/variables/:variable",
    {
      schema: {
        summary: "Deletes a variable with its values; who waits for it is told",
        params: ofVariable,
        response: { 200: schemas.done, "4xx": schemas.problem },
      },
    },
    ({ params, visitor }) => {
      const { name, workspace } = observer.variable(visitor.principal, params.workspace, params.variable);
      new Actor(server, visitor).deleteVar(workspace.name, name);
      return { done: true as const };
    },
  );
}
