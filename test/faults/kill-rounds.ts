import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { NetWorkSpace } from "../../src/client/index.ts";
import { Random } from "../log/simulation.ts";
import { type Plan, type Report, VariableRecord } from "./kill-reports.ts";

const nwsPath = fileURLToPath(new URL("../../dist/nws.js", import.meta.url));
const clientPath = fileURLToPath(new URL("./kill-client.ts", import.meta.url));

/** Two processes for each: one stores, one fetches. Their sessions outlive the server, so that they do not notice; or not, and they begin anew. */
const variables = [
  { name: "plain", mode: "fifo", consumer: "consumePlainly", hasLong: false, survives: true },
  { name: "leased", mode: "fifo", consumer: "consumeOnLease", hasLong: true, survives: false },
  { name: "stack", mode: "lifo", consumer: "consumePlainly", hasLong: false, survives: false },
  { name: "bag", mode: "multi", consumer: "consumeOnLease", hasLong: true, survives: true },
] as const;

const SHORTEST_MS = 30;
const LONGEST_MS = 400;
const LONGEST_STOP_MS = 150;
/** More than a client stores in its life. */
const NUMBERS_OF_A_LIFE = 1_000_000;

/** What happens in a round before the server is killed. */
const events = ["", "", "client killed", "client stopped", "server stopped"] as const;

export interface KillRoundsOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface KillRoundsOutcome {
  readonly stored: number;
  readonly taken: number;
  readonly left: number;
  readonly violations: readonly string[];
}

/**
 * Eight processes store and fetch numbered values in a persistent workspace; the server is killed with SIGKILL at a random moment and
 * started again, round after round. In some rounds a client is killed, too, and another one takes its place; or server or client stand still for a
 * while. In the end every acknowledged value was fetched or is there, once and in order, and nothing that was
 * taken came back.
 */
export async function killRounds({ rounds, seed, say }: KillRoundsOptions): Promise<KillRoundsOutcome> {
  const folder = await mkdtemp(join(tmpdir(), "nws-kill-"));
  const random = new Random(seed);
  const records = variables.map(({ name, mode, survives }) => new VariableRecord(name, mode === "fifo", survives));
  let server = await startServer(folder, 0);
  const { port } = server;
  let clients: Client[] = [];
  try {
    const ws = openKept(port);
    for (const { name, mode } of variables) {
      await ws.declare(name, mode);
    }
    await ws.close();
    const begin = (which: number, life: number): Client => {
      const { name, consumer, hasLong, survives } = variables[which >> 1]!;
      const role = which % 2 === 0 ? "produce" : consumer;
      const after = life * NUMBERS_OF_A_LIFE;
      const record = records[which >> 1]!;
      return startClient({ role, variable: name, port, hasLong, survives, after }, (report) => record.note(report));
    };
    clients = Array.from({ length: 2 * variables.length }, (_, which) => begin(which, 0));
    for (let round = 1; round <= rounds; round++) {
      const before = total(records, "storedCount");
      await until(() => total(records, "storedCount") > before + 20, `stores of round ${round}`);
      await sleep(SHORTEST_MS + random.below(LONGEST_MS - SHORTEST_MS));
      const which = random.below(clients.length);
      const event = events[random.below(events.length)]!;
      if (event === "client killed") {
        await clients[which]!.kill();
        if (which % 2 === 1) {
          records[which >> 1]!.consumerDied();
        }
        clients[which] = begin(which, round);
      } else if (event !== "") {
        const stopped = event === "client stopped" ? clients[which]!.child : server.child;
        stopped.kill("SIGSTOP");
        await sleep(random.below(LONGEST_STOP_MS));
        stopped.kill("SIGCONT");
      }
      server.child.kill("SIGKILL");
      await once(server.child, "exit");
      server = await startServer(folder, port);
      const also = event === "" ? "" : `; ${event}`;
      say(`round ${round}: ${total(records, "storedCount")} stored, ${total(records, "takenCount")} taken${also}`);
    }
    await Promise.all(clients.map((client) => client.stop()));
    server.child.kill("SIGKILL");
    await once(server.child, "exit");
    server = await startServer(folder, port);
    // Sessions of clients that were killed have their grace time before what they had is free.
    const looking = openKept(port);
    await until(
      async () => (await looking.listVars()).every(({ booked }) => booked === 0),
      "nobody has a value any more",
    );
    await looking.close();
    const left = await Promise.all(variables.map(({ name }) => drain(port, name)));
    records.forEach((record, i) => record.judge(left[i]!));
    server.child.kill("SIGTERM");
    await once(server.child, "exit");
    const files = await readdir(join(folder, "values"));
    const violations = records.flatMap((record) => record.violations);
    if (files.length > 0) {
      violations.push(`files are left over: ${files.join(", ")}`);
    }
    return {
      stored: total(records, "storedCount"),
      taken: total(records, "takenCount"),
      left: left.flat().length,
      violations,
    };
  } finally {
    clients.forEach(({ child }) => child.kill("SIGKILL"));
    server.child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

interface RunningServer {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startServer(folder: string, port: number): Promise<RunningServer> {
  const args = [
    "server",
    "--port",
    String(port),
    "--web-port",
    "none",
    "--data",
    folder,
    "--json",
    "--long-value-size",
    "150K",
  ];
  const child = spawn(process.execPath, [nwsPath, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the server did not start: it ended with ${String(code)}`);
    }),
  ])) as [Buffer];
  return { child, port: (JSON.parse(line.toString()) as { port: number }).port };
}

interface Client {
  readonly child: ChildProcess;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

function startClient(plan: Plan, note: (report: Report) => void): Client {
  const args = ["--import", import.meta.resolve("tsx"), clientPath, JSON.stringify(plan)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.on("message", (report) => note(report as Report));
  return {
    child,
    kill: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
    stop: async () => {
      if (child.exitCode === null) {
        child.send("stop");
        // (A consumer that waits for a value when its producer has stopped is not heard of any more.)
        await Promise.race([once(child, "exit"), sleep(3000)]);
        child.kill("SIGKILL");
      }
    },
  };
}

function openKept(port: number): NetWorkSpace {
  return new NetWorkSpace("kept", { serverHost: "127.0.0.1", serverPort: port, persistent: true });
}

/** All numbers that are left in a variable, in the order in which they come out. */
async function drain(port: number, variable: string): Promise<number[]> {
  const ws = openKept(port);
  const numbers: number[] = [];
  for (;;) {
    const values = (await ws.fetchTryMany(variable, { max: 1000 })) as { readonly n: number }[];
    if (values.length === 0) {
      await ws.close();
      return numbers;
    }
    numbers.push(...values.map(({ n }) => n));
  }
}

function total(records: readonly VariableRecord[], count: "storedCount" | "takenCount"): number {
  return records.reduce((sum, record) => sum + record[count], 0);
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) {
      throw new Error(`not so after 60 s: ${what}`);
    }
    await sleep(5);
  }
}
