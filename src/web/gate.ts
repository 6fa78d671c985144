import { notForReaders, notForUsers, type Principal } from "../server/access/principal.ts";
import type { Role } from "../server/access/role.ts";
import { WebError } from "./problem.ts";
import type { WebApp } from "./route-context.ts";
import type { Strangers } from "./strangers.ts";
import type { Visitor, Visitors } from "./visitors/visitors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sent it; only behind the gate. */
    visitor: Visitor;
  }

  interface FastifyContextConfig {
    /** What the visitor must be. Default: `read` to GET something, else `use`. */
    readonly needs?: Role;
    /** It tells of all workspaces at once: only for whoever may see them all. */
    readonly isOfAll?: true;
  }
}

/** From now on the routes of this part are for visitors who are known and may do what they ask for. */
export function gate(app: WebApp, visitors: Visitors, strangers: Strangers): void {
  app.addHook("onRequest", async (request) => {
    const { method, raw, routeOptions } = request;
    const visitor = await visitors.mustKnow(raw);
    strangers.remove(raw.socket);
    const isLook = method === "GET" || method === "HEAD";
    const { needs = isLook ? "read" : "use", isOfAll = false } = routeOptions.config;
    check(visitor.principal, needs, isOfAll);
    request.visitor = visitor;
  });
}

/** Throws when somebody may not do this. */
function check(principal: Principal, needs: Role, isOfAll: boolean): void {
  if (!principal.may(needs)) {
    const message = needs === "admin" ? notForUsers(principal) : notForReaders(principal);
    throw new WebError(403, "not_permitted", message);
  }
  if (isOfAll && !principal.seesAll) {
    throw new WebError(403, "not_permitted", `'${principal.name}' may see some workspaces only, and this is of all`);
  }
}
