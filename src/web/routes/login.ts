import { parseToken } from "../../server/access/token-check.ts";
import type { Me } from "../api.ts";
import { problemOf } from "../problem.ts";
import type { RouteContext, WebApp } from "../route-context.ts";
import * as schemas from "../schemas.ts";
import { textOf } from "../show/names.ts";
import type { Visitor } from "../visitors/visitors.ts";

/** A token, and what JSON needs around it. */
const MOST_BODY_BYTES = 1024;

/** For everybody: to say who one is, and to leave. */
export function loginRoutes(app: WebApp, { server, visitors }: RouteContext): void {
  const { audit } = server;
  app.post(
    "/login",
    {
      bodyLimit: MOST_BODY_BYTES,
      schema: {
        summary: "Logs in, in this browser: the answer brings a cookie",
        body: schemas.newLogin,
        response: { 200: schemas.me, "4xx": schemas.problem, "5xx": schemas.problem },
      },
    },
    async ({ raw, body: { token } }, reply) => {
      try {
        const { visitor, cookie } = await visitors.logIn(raw, token);
        audit.note({ who: visitor.principal, from: visitor.from, act: "log in", on: {} });
        void reply.header("set-cookie", cookie);
        return me(visitor);
      } catch (error) {
        const problem = problemOf(error);
        if (problem !== undefined) {
          const on = { token: parseToken(token)?.id ?? "", reason: problem.body.code };
          audit.note({ who: undefined, from: raw.socket.remoteAddress ?? "", act: "refused to log in", on });
        }
        throw error;
      }
    },
  );
  app.post(
    "/logout",
    { schema: { summary: "Logs out, in this browser", response: { 200: schemas.done, "4xx": schemas.problem } } },
    async ({ raw }, reply) => {
      const visitor = await visitors.whoIs(raw).catch(() => undefined);
      void reply.header("set-cookie", visitors.logOut(raw));
      if (visitor?.session !== undefined) {
        audit.note({ who: visitor.principal, from: visitor.from, act: "log out", on: {} });
      }
      return { done: true as const };
    },
  );
}

/** For whoever is known. */
export function meRoutes(app: WebApp): void {
  app.get(
    "/me",
    { schema: { summary: "As whom one is here", response: { 200: schemas.me, "4xx": schemas.problem } } },
    ({ visitor }) => me(visitor),
  );
}

function me({ principal, session }: Visitor): Me {
  const { name, role, workspaces } = principal;
  return { name, role, workspaces: workspaces.map(textOf), canLogout: session !== undefined };
}
