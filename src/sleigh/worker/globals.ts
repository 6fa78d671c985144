import { type Durability, NetWorkSpace, type TlsOptions } from "../../client/index.ts";
import type { TaskContext } from "./context.ts";
import { globalProperty } from "./job.ts";
import { reconnectFor } from "./worker-reconnect.ts";

/** Where the server is, and the workspaces that tasks use. */
export interface GlobalsOptions {
  readonly host: string;
  readonly port: number;
  readonly serverToken: string | undefined;
  /** Undefined: connections are not encrypted. */
  readonly tls: TlsOptions | undefined;
  readonly sleigh: string;
  readonly durability: Durability | undefined;
  readonly userWs: string;
  readonly context: TaskContext;
}

/** Defines what tasks know of their worker. The workspaces connect when a task first uses one. */
export function installGlobals(options: GlobalsOptions): void {
  const { host, port, serverToken, tls, sleigh, durability, userWs, context } = options;
  let session: NetWorkSpace | undefined;
  let user: NetWorkSpace | undefined;
  const nws = (): NetWorkSpace =>
    (session ??= new NetWorkSpace(sleigh, {
      serverHost: host,
      serverPort: port,
      token: serverToken,
      tls: tls ?? false,
      useUse: true,
      create: false,
      label: `sleigh-task:${context.rank}:${process.pid}`,
      reconnect: reconnectFor(durability),
    }));
  Object.defineProperties(globalThis, {
    SleighContext: globalProperty(context),
    SleighRank: globalProperty(context.rank),
    SleighWorkerCount: globalProperty(context.workerCount),
    SleighName: globalProperty(sleigh),
    SleighArguments: globalProperty([]),
    SleighNws: { configurable: true, enumerable: true, get: nws },
    SleighUserNws: {
      configurable: true,
      enumerable: true,
      get: () => (user ??= new NetWorkSpace(userWs, { server: nws().server, useUse: true, create: false })),
    },
  });
}
