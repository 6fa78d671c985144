import { isDeepStrictEqual } from "node:util";
import { contender, type Connection, type ContenderName, type Value, type ValueKind } from "../contenders/contender.ts";
import { serveCalls } from "../harness/calls.ts";
import { processorMicros } from "../harness/machine.ts";
import type { Sample } from "../harness/rounds.ts";

/** The load client: lanes that each store a value, fetch one, and begin again. */

export interface LoadPlan {
  readonly contender: ContenderName;
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Operations in flight on each connection. */
  readonly lanes: number;
  readonly valueBytes: number;
  readonly valueKind: ValueKind;
  readonly isDurable?: boolean;
  readonly ca?: string;
}

export interface RunPlan {
  readonly variable: string;
  readonly durationMs: number;
  readonly serverPid: number;
}

let connections: readonly Connection[] = [];
let lanes = 1;
let value: Value = "";

const calls = {
  async prepare(plan: LoadPlan): Promise<void> {
    const connect = await contender(plan.contender);
    const { host, port, valueKind, isDurable = false, ca } = plan;
    const manyInFlight = plan.lanes > 1;
    connections = await Promise.all(
      Array.from({ length: plan.connections }, () => connect({ host, port, manyInFlight, valueKind, isDurable, ca })),
    );
    lanes = plan.lanes;
    value = plan.valueKind === "text" ? "v".repeat(plan.valueBytes) : new Uint8Array(plan.valueBytes).fill(118);
    for (const connection of connections) {
      await connection.store("check", value);
      const back = await connection.fetch("check");
      if (!isDeepStrictEqual(typeof back === "string" ? back : Uint8Array.from(back), value)) {
        throw new Error(`${plan.contender} gave back another value: ${JSON.stringify(back)}`);
      }
    }
  },

  declare: ({ variable, mode }: { readonly variable: string; readonly mode: string }) =>
    connections[0]!.declare(variable, mode),

  deleteVar: ({ variable }: { readonly variable: string }) => connections[0]!.deleteVar(variable),

  /** Store and fetch, store and fetch, on every lane, until the time is up. Each store and each fetch is one operation. */
  run: ({ variable, durationMs, serverPid }: RunPlan): Promise<Sample> =>
    measured(durationMs, serverPid, async (connection, window) => {
      while (!window.over) {
        await connection.store(variable, value);
        window.operations++;
        const back = await connection.fetch(variable);
        window.operations++;
        if (back.length !== value.length) {
          throw new Error(`a value of ${back.length} bytes came back`);
        }
      }
    }),

  /** Stores on every lane until the time is up; then what was stored is deleted. */
  async store({ variable, durationMs, serverPid }: RunPlan): Promise<Sample> {
    const sample = await measured(durationMs, serverPid, async (connection, window) => {
      while (!window.over) {
        await connection.store(variable, value);
        window.operations++;
      }
    });
    await connections[0]!.deleteVar(variable);
    return sample;
  },

  /** Stores `count` values, as many at a time as there are lanes. */
  async fill({ variable, count }: { readonly variable: string; readonly count: number }): Promise<void> {
    let left = count;
    await everyLane(async (connection) => {
      while (left-- > 0) {
        await connection.store(variable, value);
      }
    });
  },

  /** Plays ball: a value to `pong`, then waits for one in `ping`. Each round trip is one operation. */
  pingPong: ({ durationMs, serverPid }: Omit<RunPlan, "variable">): Promise<Sample> =>
    measured(durationMs, serverPid, async (connection, window) => {
      while (!window.over) {
        await Promise.all([connection.store("pong", value), connection.fetchWaiting("ping")]);
        window.operations++;
      }
    }),

  /** The other player, until the process ends. Returns at once. */
  answerPings(): void {
    const [connection] = connections;
    const play = async (): Promise<never> => {
      let ball = await connection!.fetchWaiting("pong");
      for (;;) {
        [, ball] = await Promise.all([connection!.store("ping", ball), connection!.fetchWaiting("pong")]);
      }
    };
    play().catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  },
};

export type LoadCalls = typeof calls;

interface Window {
  over: boolean;
  operations: number;
}

async function everyLane(lane: (connection: Connection) => Promise<void>): Promise<void> {
  await Promise.all(connections.flatMap((connection) => Array.from({ length: lanes }, () => lane(connection))));
}

/** Runs all lanes for `durationMs` and counts what was done when the time was up, not what was still under way. */
async function measured(
  durationMs: number,
  serverPid: number,
  lane: (connection: Connection, window: Window) => Promise<void>,
): Promise<Sample> {
  const window: Window = { over: false, operations: 0 };
  const serverBefore = processorMicros(serverPid);
  const clientBefore = process.cpuUsage();
  const startedAt = performance.now();
  const sample = new Promise<Sample>((resolve) => {
    setTimeout(() => {
      window.over = true;
      const { user, system } = process.cpuUsage(clientBefore);
      resolve({
        operations: window.operations,
        ms: performance.now() - startedAt,
        clientMicros: user + system,
        serverMicros: processorMicros(serverPid) - serverBefore,
      });
    }, durationMs);
  });
  await everyLane((connection) => lane(connection, window));
  return sample;
}

serveCalls(calls);
