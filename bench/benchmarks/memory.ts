import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Processes, Server } from "../harness/processes.ts";
import { calmNote, rateFigure, type Check, type Figure } from "../harness/result.ts";
import { interleavedRounds, ratio, type Round } from "../harness/rounds.ts";
import { settledBytes } from "../harness/settle.ts";
import type { LoadCalls } from "../programs/load.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";
import { loadClient, serversFor } from "./rates.ts";

const lanes = 128;
/** More than Redis needs, and the rates of a full variable much slower than of an empty one, fail. */
const mostMemory = 1.2;
const mostSlowdown = 1.2;

type Fullness = "empty variable" | "full variable";

/** A million small values in one variable: what each costs in memory, and what it does to the speed of store and fetch. */
export const memory: Benchmark = {
  name: "memory",
  title: "1 000 000 values of 64 bytes in one variable: resident memory of each, and store+fetch beside them",
  async run(processes: Processes, options: RunOptions) {
    const count = options.quick ? 200_000 : 1_000_000;
    const figures: Figure[] = [];
    const perValue: Record<string, number> = {};
    let fifo: readonly Round<Fullness>[] = [];
    for (const [label, contender, mode] of [
      ["redis list", "redis", undefined],
      ["fifo", "networkspaces", "fifo"],
      ["lifo", "networkspaces", "lifo"],
      ["multi", "networkspaces", "multi"],
    ] as const) {
      // A server of its own: memory that another mode gave back would be counted for nothing.
      const server = (await serversFor(processes, [contender], {}))[contender];
      const client = await loadClient(processes, contender, server, {
        connections: 1,
        lanes,
        valueKind: options.values,
      });
      perValue[label] = await bytesPerValue(server, client, mode, count, options.roundMs);
      figures.push({ label: `${label}: memory`, value: perValue[label], unit: "bytes a value" });
      if (contender === "networkspaces") {
        const rounds = await fullAgainstEmpty(server, client, mode, options);
        figures.push(
          ...(["empty variable", "full variable"] as const).map((name) => {
            const figure = rateFigure(rounds, name);
            return { ...figure, label: `${label}: ${name}` };
          }),
        );
        fifo = mode === "fifo" ? rounds : fifo;
      }
      await processes.stop(client);
      await processes.stop(server);
    }
    const checks: Check[] = [
      {
        label: "memory, networkspaces : redis",
        value: perValue["fifo"]! / perValue["redis list"]!,
        unit: "×",
        target: { atMost: mostMemory },
      },
      {
        label: "rate, empty : full variable",
        value: ratio(fifo, "empty variable", "full variable"),
        unit: "×",
        target: { atMost: mostSlowdown },
      },
    ];
    return { figures, checks, notes: [`${count} values; lifo and multi for information`, calmNote(fifo)] };
  },
};

async function bytesPerValue(
  server: Server,
  client: Client<LoadCalls>,
  mode: string | undefined,
  count: number,
  warmUpMs: number,
): Promise<number> {
  await client.call("run", { variable: "warm-up", durationMs: 2 * warmUpMs, serverPid: server.pid });
  if (mode !== undefined) {
    await client.call("declare", { variable: "full", mode });
    await client.call("declare", { variable: "empty", mode });
  }
  const before = await settledBytes(server.pid);
  await client.call("fill", { variable: "full", count });
  await sleep(1_000);
  const after = await settledBytes(server.pid);
  return (after - before) / count;
}

function fullAgainstEmpty(
  server: Server,
  client: Client<LoadCalls>,
  mode: string,
  { rounds, roundMs }: RunOptions,
): Promise<readonly Round<Fullness>[]> {
  const run = (variable: string) => () => client.call("run", { variable, durationMs: roundMs, serverPid: server.pid });
  return interleavedRounds(
    { "empty variable": run("empty"), "full variable": run("full") },
    mode === "fifo" ? rounds : Math.min(rounds, 3),
  );
}
