import type { ContenderName, ValueKind } from "../contenders/contender.ts";
import type { Client, Processes, Server, ServerOptions, SpawnOptions } from "../harness/processes.ts";
import { calmNote, rateFigure, type Check } from "../harness/result.ts";
import { interleavedRounds, ratio, type Entrants, type Sample } from "../harness/rounds.ts";
import type { LoadCalls } from "../programs/load.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";
import { placement } from "./pinning.ts";

/** Bytes of a value in every benchmark of many small ones. */
export const valueBytes = 64;

export interface RateBenchmark<Name extends ContenderName> {
  readonly name: string;
  readonly title: string;
  readonly contenders: readonly Name[];
  readonly connections: number;
  readonly lanes: number;
  /** Stores only, each on the disk before it is acknowledged. Default: store and fetch, in memory. */
  readonly isDurable?: boolean;
  /** `[who, against whom, at least]` */
  readonly targets: readonly (readonly [Name, Name, number])[];
}

/** A benchmark that compares store+fetch pairs a second. */
export function rateBenchmark<Name extends ContenderName>(plan: RateBenchmark<Name>): Benchmark {
  return { name: plan.name, title: plan.title, run: (processes, options) => compareRates(plan, processes, options) };
}

async function compareRates<Name extends ContenderName>(
  { contenders, connections, lanes, targets, isDurable = false }: RateBenchmark<Name>,
  processes: Processes,
  options: RunOptions,
): ReturnType<Benchmark["run"]> {
  const { spawn, note } = placement(options, connections * lanes === 1);
  const servers = await serversFor(processes, contenders, { ...spawn, isDurable });
  const entrants: Partial<Record<Name, () => Promise<Sample>>> = {};
  for (const name of contenders) {
    const server = servers[name];
    const client = await loadClient(
      processes,
      name,
      server,
      { connections, lanes, valueKind: options.values, isDurable },
      spawn,
    );
    const plan = { variable: "x", durationMs: options.roundMs, serverPid: server.pid };
    entrants[name] = () => client.call(isDurable ? "store" : "run", plan);
  }
  const rounds = await interleavedRounds(entrants as Entrants<Name>, options.rounds);
  return {
    figures: contenders.map((name) => rateFigure(rounds, name)),
    checks: targets.map(([name, other, atLeast]): Check => ({
      label: `${name} : ${other}`,
      value: ratio(rounds, name, other),
      unit: "×",
      target: { atLeast },
    })),
    notes: [note, calmNote(rounds)],
  };
}

/** One server for each contender; both protocols of the product talk to one and the same. */
export async function serversFor<Name extends ContenderName>(
  processes: Processes,
  names: readonly Name[],
  spawn: ServerOptions,
): Promise<Record<Name, Server>> {
  const servers: Partial<Record<ContenderName, Server>> = {};
  for (const name of names) {
    switch (name) {
      case "redis":
        servers.redis = await processes.redis(spawn);
        break;
      case "echo":
        servers.echo = await processes.echo(spawn);
        break;
      case "echo-tls":
        servers["echo-tls"] = await processes.echo({ ...spawn, isEncrypted: true });
        break;
      case "networkspaces-open":
        servers["networkspaces-open"] = await processes.networkspaces({ ...spawn, isOpen: true });
        break;
      case "networkspaces-tls":
        servers["networkspaces-tls"] = await processes.networkspaces({ ...spawn, isEncrypted: true });
        break;
      default:
        servers.networkspaces ??= await processes.networkspaces(spawn);
        servers.classic = servers.networkspaces;
    }
  }
  return servers as Record<Name, Server>;
}

export interface LoadOptions {
  readonly connections: number;
  readonly lanes: number;
  readonly valueKind: ValueKind;
  /** In a workspace that is kept. Default: no. */
  readonly isDurable?: boolean;
}

/** A load client in a process of its own, connected. */
export async function loadClient(
  processes: Processes,
  contender: ContenderName,
  { host, port, ca }: Server,
  load: LoadOptions,
  spawn: SpawnOptions = {},
): Promise<Client<LoadCalls>> {
  const client = processes.client<LoadCalls>("load", spawn);
  await client.call("prepare", {
    contender,
    host,
    port,
    valueBytes,
    ...load,
    ...(ca !== undefined && { ca }),
  });
  return client;
}
