import type { Processes } from "../harness/processes.ts";
import { openFilesLimit } from "../harness/machine.ts";
import { calmNote, rateFigure, type Check, type Figure } from "../harness/result.ts";
import { interleavedRounds, ratio } from "../harness/rounds.ts";
import { settledBytes } from "../harness/settle.ts";
import type { CrowdCalls } from "../programs/crowd.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";
import { placement } from "./pinning.ts";
import { loadClient } from "./rates.ts";

const mostSlowdown = 1.2;
/** Files that a process needs besides its connections. */
const otherFiles = 100;
const countedWaits = 300_000;

/** Ten thousand connections and twice as many waiting operations on a server: what others notice, and what each costs. */
export const crowd: Benchmark = {
  name: "crowd",
  title: "10 000 idle connections and 10 000 waiting operations: store+fetch elsewhere, memory of each",
  async run(processes: Processes, options: RunOptions) {
    const wanted = options.quick ? 2_000 : 10_000;
    const count = Math.min(wanted, openFilesLimit() - otherFiles);
    const crowded = await processes.networkspaces();
    const empty = await processes.networkspaces();
    const figures: Figure[] = [];
    const checks: Check[] = [];
    const notes =
      count < wanted
        ? [`only ${count} connections: raise \`ulimit -n\``]
        : [
            `${count} idle connections, ${2 * count} waiting fetches; memory of a waiting fetch from ${countedWaits} more`,
          ];

    // Warm, so that the crowd's memory is not the load's.
    const load = { connections: 1, lanes: 128, valueKind: options.values };
    const loads = [
      await loadClient(processes, "networkspaces", crowded, load),
      await loadClient(processes, "networkspaces", empty, load),
    ] as const;
    const run = (at: 0 | 1, serverPid: number) => () =>
      loads[at].call("run", { variable: "x", durationMs: options.roundMs, serverPid });
    const entrants = { "crowded server": run(0, crowded.pid), "empty server": run(1, empty.pid) };
    await entrants["crowded server"]();

    const many = processes.client<CrowdCalls>("crowd");
    const plan = { host: crowded.host, port: crowded.port, count };
    let before = await settledBytes(crowded.pid);
    const cost = async (label: string, of: number): Promise<void> => {
      const after = await settledBytes(crowded.pid);
      figures.push({ label: `${label}: memory`, value: (after - before) / of, unit: "bytes each" });
      before = after;
    };
    await many.call("connect", plan);
    await cost("idle connection, classic", count);
    await many.call("waitInSession", plan);
    await many.call("waitOnConnections");

    for (const [kind, lanes] of [
      ["128 in flight", 128],
      ["one at a time", 1],
    ] as const) {
      const clients = await Promise.all(
        [crowded, empty].map((server) => loadClient(processes, "networkspaces", server, { ...load, lanes })),
      );
      const entrant = (at: 0 | 1, serverPid: number) => () =>
        clients[at]!.call("run", { variable: "x", durationMs: options.roundMs, serverPid });
      const rounds = await interleavedRounds(
        { "crowded server": entrant(0, crowded.pid), "empty server": entrant(1, empty.pid) },
        options.rounds,
      );
      figures.push(
        ...(["crowded server", "empty server"] as const).map((name) => {
          return { ...rateFigure(rounds, name), label: `${name}, ${kind}` };
        }),
      );
      checks.push({
        label: `rate ${kind}, empty : crowded server`,
        value: ratio(rounds, "empty server", "crowded server"),
        unit: "×",
        target: { atMost: mostSlowdown },
      });
      notes.push(`${kind}: ${calmNote(rounds)}`);
    }
    // Last, and many of them: ten thousand cost less than the memory of a Node process wavers by.
    before = await settledBytes(crowded.pid);
    await many.call("waitInSession", { ...plan, count: countedWaits });
    await cost("waiting fetch", countedWaits);
    return { figures, checks, notes: [...notes, placement(options, false).note] };
  },
};
