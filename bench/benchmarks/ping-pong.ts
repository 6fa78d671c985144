import type { ContenderName } from "../contenders/contender.ts";
import { processorMicros } from "../harness/machine.ts";
import type { Processes } from "../harness/processes.ts";
import { calmNote, rateFigure } from "../harness/result.ts";
import { interleavedRounds, ratio, type Entrants, type Sample } from "../harness/rounds.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";
import { placement } from "./pinning.ts";
import { loadClient, serversFor } from "./rates.ts";

const contenders = ["networkspaces", "redis"] as const satisfies readonly ContenderName[];

export const pingPong: Benchmark = {
  name: "ping-pong",
  title: "blocking ping-pong between two processes: store and the next waiting fetch (RPUSH and BLPOP) in one go",
  async run(processes: Processes, options: RunOptions) {
    const { spawn, note } = placement(options, true);
    const load = { connections: 1, lanes: 1, valueKind: options.values };
    const servers = await serversFor(processes, contenders, spawn);
    const entrants: Partial<Record<"networkspaces" | "redis", () => Promise<Sample>>> = {};
    for (const name of contenders) {
      const server = servers[name];
      const [player, other] = [
        await loadClient(processes, name, server, load, spawn),
        await loadClient(processes, name, server, load, spawn),
      ];
      await other.call("answerPings");
      entrants[name] = async () => {
        const before = processorMicros(other.pid);
        const sample = await player.call("pingPong", { durationMs: options.roundMs, serverPid: server.pid });
        return { ...sample, besideMicros: processorMicros(other.pid) - before };
      };
    }
    const rounds = await interleavedRounds(entrants as Entrants<"networkspaces" | "redis">, options.rounds);
    return {
      figures: contenders.map((name) => rateFigure(rounds, name, "round trips/s")),
      checks: [
        {
          label: "networkspaces : redis",
          value: ratio(rounds, "networkspaces", "redis"),
          unit: "×",
          target: { atLeast: 1.2 },
        },
      ],
      notes: [note, "client µs: one of the two players", calmNote(rounds)],
    };
  },
};
