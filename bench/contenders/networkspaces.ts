import { NetWorkSpace, type Mode } from "../../src/client/index.ts";
import type { Address, Connection, Value } from "./contender.ts";

/** The product's own client, one session for each connection. */
export function connectNetworkspaces({ host, port, isDurable, ca }: Address): Promise<Connection> {
  const server = { serverHost: host, serverPort: port, tls: ca === undefined ? false : { ca } };
  const space = isDurable
    ? new NetWorkSpace("durable", { ...server, persistent: true })
    : new NetWorkSpace("bench", { ...server, useUse: true });
  const fetch = (variable: string): Promise<Value> => space.fetch(variable) as Promise<Value>;
  return Promise.resolve({
    store: (variable, value) => space.store(variable, value),
    fetch,
    fetchWaiting: fetch,
    declare: (variable, mode) => space.declare(variable, mode as Mode),
    deleteVar: (variable) => space.deleteVar(variable),
    close: () => space.close(),
  });
}
