import type { ReconnectOptions } from "../../client/index.ts";

/**
 * How long the sessions of a worker outlive their connections. Short: when the worker is dead, its tasks wait so long before another one
 * gets them (unless the master has started it on its own machine, and sees it die).
 */
export const WORKER_RECONNECT: ReconnectOptions = { graceMs: 2000 };
