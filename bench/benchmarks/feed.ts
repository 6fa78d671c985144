import type { Processes, Server, SpawnOptions } from "../harness/processes.ts";
import { mainThreadMicros } from "../harness/machine.ts";
import { calmNote, rateFigure, type Check, type Figure } from "../harness/result.ts";
import { interleavedRounds, type Round, type Sample } from "../harness/rounds.ts";
import { median } from "../harness/statistics.ts";
import type { KeeperCalls } from "../programs/keeper.ts";
import type { Received, SubscribersCalls } from "../programs/subscribers.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";
import { placement } from "./pinning.ts";
import { loadClient, valueBytes } from "./rates.ts";

const mostRise = 1.05;
/** Longer than elsewhere: the feed looks a few times a second. */
const roundFactor = 3;
/** The workspace of the load. */
const workspace = "bench";

/** As the pages (ui/) watch them: the list of workspaces, a workspace by name and by what is busiest, the busy variable. */
const list = "order=%s&offset=0&limit=125";
const ofWorkspace = (sort: string, order: string): readonly string[] => [
  `/api/workspaces/${workspace}`,
  `/api/workspaces/${workspace}/variables/monitor`,
  `/api/workspaces/${workspace}/variables?sort=${sort}&${list.replace("%s", order)}`,
];
const ofVariable: readonly string[] = [
  `/api/workspaces/${workspace}/variables/x`,
  `/api/workspaces/${workspace}/variables/x/values?limit=50`,
];
const pages: readonly (readonly string[])[] = [
  [`/api/workspaces?sort=name&${list.replace("%s", "asc")}`],
  ofWorkspace("name", "asc"),
  ofWorkspace("storedPerSecond", "desc"),
  ofVariable,
  ofVariable,
];

type Names = "watched" | "unwatched";

interface Size {
  readonly label: string;
  readonly variables: number;
  readonly values: number;
}

const sizes: readonly Size[] = [
  { label: "1 000 variables", variables: 1_000, values: 10_000 },
  { label: "100 000 variables", variables: 100_000, values: 1_000_000 },
];

/** What the server's processor time for an operation is when people look at what is going on. */
export const feed: Benchmark = {
  name: "feed",
  title: "five pages of a server are open: what its processor time is for store+fetch, 128 in flight",
  async run(processes: Processes, options: RunOptions) {
    // On one processor server and client take turns; on two, who comes when, and so how many requests come at once, would depend on what
    // else there is to do, and count for more than the feed does.
    const { spawn, note } = placement(options, true);
    const figures: Figure[] = [];
    const checks: Check[] = [];
    const notes: string[] = [note];
    for (const { label, ...size } of options.quick ? sizes.slice(0, 1) : sizes) {
      const { rounds, received } = await compare(processes, spawn, size, options);
      figures.push(
        ...(["watched", "unwatched"] as const).map((name) => {
          return { ...rateFigure(rounds, name), label: `${label}, ${name}` };
        }),
        { label: `${label}: messages to the pages`, value: received.messages, unit: "/s" },
        { label: `${label}: bytes to the pages`, value: received.bytes, unit: "/s" },
      );
      checks.push({
        label: `${label}: processor time of the server's thread for an operation, watched : unwatched`,
        value: servingRatio(rounds),
        unit: "×",
        target: { atMost: mostRise },
      });
      notes.push(`${label}: ${calmNote(rounds)}`);
    }
    return { figures, checks, notes };
  },
};

interface Comparison {
  readonly rounds: readonly Round<Names>[];
  /** A second, by all pages together. */
  readonly received: Received;
}

/** One server, whose pages are opened and closed: two servers differ by more than what is measured. */
async function compare(
  processes: Processes,
  spawn: SpawnOptions,
  size: Omit<Size, "label">,
  options: RunOptions,
): Promise<Comparison> {
  const durationMs = roundFactor * options.roundMs;
  const { server, run, stop } = await filledServer(processes, spawn, size, options);
  const { host, webPort } = server;
  const received: Received[] = [];
  const rounds = await interleavedRounds<Names>(
    {
      watched: async () => {
        const subscribers = processes.client<SubscribersCalls>("subscribers");
        await subscribers.call("open", { host, webPort: webPort!, pages });
        await subscribers.call("take");
        const sample = await run(durationMs);
        received.push(await subscribers.call("take"));
        await processes.stop(subscribers);
        return sample;
      },
      unwatched: () => run(durationMs),
    },
    options.rounds,
  );
  await stop();
  const aSecond = (field: keyof Received): number => (1000 * median(received.map((one) => one[field]))) / durationMs;
  return { rounds, received: { messages: aSecond("messages"), bytes: aSecond("bytes") } };
}

interface FilledServer {
  readonly server: Server;
  readonly run: (durationMs: number) => Promise<Sample>;
  readonly stop: () => Promise<void>;
}

async function filledServer(
  processes: Processes,
  spawn: SpawnOptions,
  { variables, values }: Omit<Size, "label">,
  options: RunOptions,
): Promise<FilledServer> {
  const server = await processes.networkspaces(spawn);
  const { host, port, pid: serverPid } = server;
  const keeper = processes.client<KeeperCalls>("keeper");
  await keeper.call("fill", { host, port, workspace, variables, valuesEach: 1, valueBytes });
  await processes.stop(keeper);
  const plan = { connections: 1, lanes: 128, valueKind: options.values };
  const load = await loadClient(processes, "networkspaces", server, plan, spawn);
  await load.call("fill", { variable: "x", count: values });
  return {
    server,
    run: async (durationMs) => {
      const before = mainThreadMicros(serverPid);
      const sample = await load.call("run", { variable: "x", durationMs, serverPid });
      return { ...sample, servingMicros: mainThreadMicros(serverPid) - before };
    },
    stop: async () => {
      await processes.stop(load);
      await processes.stop(server);
    },
  };
}

/**
 * How many times as much of the serving thread's processor time an operation took: median over the rounds. The threads of the garbage
 * collector are left out: how often V8 collects everything hangs on how large its heap is, and weighs more than the feed, in both directions.
 */
function servingRatio(rounds: readonly Round<Names>[]): number {
  const each = ({ servingMicros = Number.NaN, operations }: Sample): number => servingMicros / operations;
  return median(rounds.map(({ samples }) => each(samples.watched) / each(samples.unwatched)));
}
