import type { ClientView, SessionView, VariableView, WorkspaceView } from "../../server/client-view.ts";
import type { Principal } from "../../server/access/principal.ts";
import type { Server } from "../../server/server.ts";
import { notFound } from "../problem.ts";
import { Depths } from "./depths.ts";
import { nameOf, textOf } from "./names.ts";
import { Orders } from "./orders.ts";
import { Rates } from "./rates.ts";

/** Looks at a server for those who ask, and remembers between two looks what it takes to tell rates. */
export class Observer {
  readonly server: Server;
  readonly rates = new Rates(() => performance.now());
  readonly orders = new Orders();
  readonly depths = new Depths(() => performance.now());

  constructor(server: Server) {
    this.server = server;
  }

  /** One that the principal may not see is answered as one that is not there. */
  workspace(principal: Principal, id: string): WorkspaceView {
    const name = nameOf(id);
    const workspace = principal.sees(name) ? this.server.space.workspaces.get(name) : undefined;
    if (workspace === undefined) {
      throw notFound(`workspace '${textOf(name)}'`);
    }
    return workspace;
  }

  variable(principal: Principal, workspaceId: string, id: string): VariableView {
    const workspace = this.workspace(principal, workspaceId);
    const name = nameOf(id);
    const variable = workspace.variables.get(name);
    if (variable === undefined) {
      throw notFound(`variable '${textOf(name)}' of workspace '${textOf(workspace.name)}'`);
    }
    return variable;
  }

  client(id: string): ClientView {
    for (const client of this.server.clients()) {
      if (client.id === id) {
        return client;
      }
    }
    throw notFound(`client '${id}'`);
  }

  /** Clients by their sessions: for one look. */
  clientsBySession(): Map<SessionView, ClientView> {
    return new Map(Array.from(this.server.clients(), (client) => [client.session, client]));
  }
}

/** The time of day of a moment that `performance.now()` gave. */
export function timeOf(moment: number): string {
  return new Date(performance.timeOrigin + moment).toISOString();
}
