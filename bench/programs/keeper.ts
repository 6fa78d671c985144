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
}

const inFlight = 256;
let server: NwsServer | undefined;
let space: NetWorkSpace | undefined;

const calls = {
  /** Variables are called v0, v1, … */
  async fill({ host, port, workspace, variables, valuesEach, valueBytes }: FillPlan): Promise<void> {
    server ??= new NwsServer({ serverHost: host, serverPort: port });
    const filled = new NetWorkSpace(workspace, { server, useUse: true });
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

  deleteVar: (variable: string) => space!.deleteVar(variable),

  deleteWs: (workspace: string) => server!.deleteWs(workspace),
};

export type KeeperCalls = typeof calls;

serveCalls(calls);
