import type { Durability, ReconnectOptions } from "../../client/index.ts";

/**
 * How long the sessions of a worker outlive their connections. Short: when the worker is dead, its tasks wait so long before another one
 * gets them (unless the master has started it on its own machine, and sees it die).
 */
const WORKER_RECONNECT: ReconnectOptions = { graceMs: 2000 };

/** With workspaces that outlive the server there must be time for it to start again. */
const DURABLE_RECONNECT: ReconnectOptions = { graceMs: 10_000 };

export function reconnectFor(durability: Durability | undefined): ReconnectOptions {
  return durability === undefined ? WORKER_RECONNECT : DURABLE_RECONNECT;
}
