import type { ClientView } from "../../server/client-view.ts";
import type { ClientInfo, ListQuery, Page } from "../api.ts";
import { named, textOf } from "./names.ts";
import { type Observer, timeOf } from "./observer.ts";
import { pageOf, type SortKeys } from "./page-of.ts";
import { verbOf } from "./variables.ts";

const MOST_LISTED = 100;

export function showClients(observer: Observer, query: ListQuery): Promise<Page<ClientInfo>> {
  const clients = [...observer.server.clients()].sort((a, b) => a.since - b.since);
  const byId = new Map(clients.map((client) => [client.id, client]));
  const keys: SortKeys<ClientView> = {
    id: ({ id }) => id,
    peer: ({ peer }) => peer,
    user: ({ user }) => user,
    label: ({ label }) => label,
    protocol: ({ protocol }) => protocol,
    operations: ({ operations }) => operations,
    operationsPerSecond: (client) => rateOf(observer, client),
    lastOperation: ({ lastOperation }) => lastOperation,
    lastOperationAt: ({ lastOperationAt }) => lastOperationAt ?? 0,
    waiting: ({ session }) => session.waits.size,
    owns: ({ session }) => session.owned.size,
    booked: ({ session }) => session.bookedCount,
    bytesIn: ({ bytesIn }) => bytesIn,
    bytesOut: ({ bytesOut }) => bytesOut,
  };
  const source = {
    title: "clients",
    names: [...byId.keys()],
    get: (id: string) => byId.get(id),
    textOf: ({ id, peer, user, label }: ClientView) => `${id} ${peer} ${user} ${textOf(label)}`,
    keys,
  };
  return pageOf(observer.orders, source, query, (client) => showClient(observer, client));
}

export function showClient(observer: Observer, client: ClientView): ClientInfo {
  const { id, peer, user, label, protocol, since, detachedSince, operations, session } = client;
  const waits: ClientInfo["waits"] = [];
  for (const waiter of session.waits.values()) {
    if (waits.length >= MOST_LISTED) {
      break;
    }
    const { variable } = waiter;
    waits.push({
      workspace: named(variable.workspace.name),
      variable: named(variable.name),
      verb: verbOf(waiter),
      since: timeOf(waiter.since),
    });
  }
  return {
    id,
    peer,
    user,
    label: textOf(label),
    protocol,
    since: timeOf(since),
    ...(detachedSince !== undefined && { detachedSince: timeOf(detachedSince) }),
    operations,
    operationsPerSecond: rateOf(observer, client),
    lastOperation: client.lastOperation,
    ...(client.lastOperationAt !== undefined && { lastOperationAt: timeOf(client.lastOperationAt) }),
    waits,
    waiting: session.waits.size,
    owns: Array.from(session.owned, ({ name }) => named(name)),
    booked: session.bookedCount,
    bytesIn: client.bytesIn,
    bytesOut: client.bytesOut,
  };
}

function rateOf(observer: Observer, { session, operations }: ClientView): number {
  return observer.rates.of(session, operations).firstRate;
}
