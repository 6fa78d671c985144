import { NetWorkSpace, NwsServer } from "../../src/client/index.ts";
import { serveCalls } from "../harness/calls.ts";

/** The client that fills a workspace and deletes it again. */

export interface FillPlan {
  readonly host: string;
  readonly port: number;
  readonly workspace: string;
  readonly variables: number;
  readonly valuesEach: number;
  readonly valueBytes: number;
  /** The workspace is persistent. Default: false. */
  readonly isPersistent?: boolean;
}

export interface CyclePlan {
  readonly host: string;
  readonly port: number;
  readonly workspace: string;
  /** Values stored and fetched again, by so many at a time. */
  readonly cycles: number;
  readonly lanes: number;
  readonly valueBytes: number;
}

const inFlight = 256;
let server: NwsServer | undefined;
let space: NetWorkSpace | undefined;

const calls = {
  /** Variables are called v0, v1, … */
  async fill({ host, port, workspace, variables, valuesEach, valueBytes, isPersistent }: FillPlan): Promise<void> {
    server ??= new NwsServer({ serverHost: host, serverPort: port });
    const persistent = isPersistent === true;
    const filled = new NetWorkSpace(workspace, { server, useUse: !persistent, persistent });
    space = filled;
    const value = "v".repeat(valueBytes);
    let stored = 0;
    const lane = async (): Promise<void> => {
      while (stored < variables * valuesEach) {
        await filled.store(`v${stored++ % variables}`, value);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
  },

  /** In a persistent workspace. */
  async cycle({ host, port, workspace, cycles, lanes, valueBytes }: CyclePlan): Promise<void> {
    server ??= new NwsServer({ serverHost: host, serverPort: port });
    const ws = new NetWorkSpace(workspace, { server, persistent: true });
    const value = "v".repeat(valueBytes);
    let begun = 0;
    const lane = async (): Promise<void> => {
      while (begun++ < cycles) {
        await ws.store("queue", value);
        await ws.fetch("queue");
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  },

  deleteVar: (variable: string) => space!.deleteVar(variable),

  deleteWs: (workspace: string) => server!.deleteWs(workspace),
};

export type KeeperCalls = typeof calls;

serveCalls(calls);
