import type { Processes, Server } from "../harness/processes.ts";
import { calmNote, rateFigure } from "../harness/result.ts";
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

type Names = "watched server" | "unwatched server";

/** What the server's processor time for an operation is when people look at what is going on. */
export const feed: Benchmark = {
  name: "feed",
  title: "five pages open, 100 000 variables, 1 000 000 values in the busy one: store+fetch, 128 in flight",
  async run(processes: Processes, options: RunOptions) {
    // On one processor server and client take turns; on two, who comes when, and so how many requests come at once, would depend on what
    // else there is to do, and count for more than the feed does.
    const { spawn, note } = placement(options, true);
    const variables = options.quick ? 10_000 : 100_000;
    const values = options.quick ? 100_000 : 1_000_000;
    const durationMs = roundFactor * options.roundMs;
    const filled = async (): Promise<{ readonly server: Server; readonly run: () => Promise<Sample> }> => {
      const server = await processes.networkspaces(spawn);
      const { host, port, pid: serverPid } = server;
      const keeper = processes.client<KeeperCalls>("keeper");
      await keeper.call("fill", { host, port, workspace, variables, valuesEach: 1, valueBytes });
      await processes.stop(keeper);
      const plan = { connections: 1, lanes: 128, valueKind: options.values };
      const load = await loadClient(processes, "networkspaces", server, plan, spawn);
      await load.call("fill", { variable: "x", count: values });
      return { server, run: () => load.call("run", { variable: "x", durationMs, serverPid }) };
    };
    // Two servers: one that was watched before is not one that nobody looks at (V8 tidies its heap up for a while).
    const watched = await filled();
    const unwatched = await filled();
    const { host, webPort } = watched.server;
    const subscribers = processes.client<SubscribersCalls>("subscribers");
    await subscribers.call("open", { host, webPort: webPort!, pages });
    const received: Received[] = [];
    const rounds = await interleavedRounds<Names>(
      {
        "watched server": async () => {
          await subscribers.call("take");
          const sample = await watched.run();
          received.push(await subscribers.call("take"));
          return sample;
        },
        "unwatched server": unwatched.run,
      },
      options.rounds,
    );
    const aSecond = (field: keyof Received): number => (1000 * median(received.map((one) => one[field]))) / durationMs;
    return {
      figures: [
        rateFigure(rounds, "watched server"),
        rateFigure(rounds, "unwatched server"),
        { label: "messages to the pages", value: aSecond("messages"), unit: "/s" },
        { label: "bytes to the pages", value: aSecond("bytes"), unit: "/s" },
      ],
      checks: [
        {
          label: "server's processor time per operation, watched : unwatched",
          value: micros(rounds, "watched server") / micros(rounds, "unwatched server"),
          unit: "×",
          target: { atMost: mostRise },
        },
      ],
      notes: [`${variables} variables, ${values} values`, note, calmNote(rounds)],
    };
  },
};

/** Of all rounds together: the garbage collector's large rounds come about once a second, to whom it happens to hit. */
function micros(rounds: readonly Round<Names>[], name: Names): number {
  const samples = rounds.map(({ samples }) => samples[name]);
  const sum = (field: "serverMicros" | "operations"): number =>
    samples.reduce((total, sample) => total + sample[field], 0);
  return sum("serverMicros") / sum("operations");
}
