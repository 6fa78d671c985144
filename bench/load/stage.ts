import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundle } from "../harness/bundle.ts";
import { allowedProcessors, openFilesLimit } from "../harness/machine.ts";
import { type Client, Processes, type Server } from "../harness/processes.ts";
import type { AttackerCalls } from "../programs/attacker.ts";
import type { BusyCalls } from "../programs/busy.ts";
import type { IdlersCalls } from "../programs/idlers.ts";
import type { ServerProbeCalls } from "../programs/server-probe.ts";

const programs = ["server-probe", "idlers", "busy", "attacker"];

/** Descriptors that a process has beside its connections, and some to spare. */
const SPARE_DESCRIPTORS = 300;

/** Idle connections of one process. */
const IDLE_AT_MOST = 5000;

/** The garbage collector would wait for threads that share a processor with others: see docs/running.md. */
const COLLECTS_ALONE = "--single-threaded-gc";

/** As far behind everybody else as the system lets one stand. */
const LAST = 19;

export interface StagePlan {
  readonly idle: number;
  readonly busy: number;
  /** Operations a second of each busy client. */
  readonly rate: number;
  /** The build that is measured. Default: this project's. */
  readonly dist?: string | undefined;
  readonly say: (line: string) => void;
}

/** A server and those who use it, each in a process of its own, on processors of their own as far as there are any. */
export class Stage implements AsyncDisposable {
  readonly server: Server & Client<ServerProbeCalls>;
  readonly busy: Client<BusyCalls>;
  readonly #idlers: readonly Client<IdlersCalls>[];
  readonly #processes: Processes;
  readonly #folder: string;
  readonly #plan: StagePlan;
  readonly #places: Places;

  private constructor(
    server: Server & Client<ServerProbeCalls>,
    busy: Client<BusyCalls>,
    idlers: readonly Client<IdlersCalls>[],
    plan: StagePlan,
    places: Places,
    processes: Processes,
    folder: string,
  ) {
    this.server = server;
    this.busy = busy;
    this.#idlers = idlers;
    this.#plan = plan;
    this.#places = places;
    this.#processes = processes;
    this.#folder = folder;
  }

  /** Starts the server; nobody is connected yet. An Error when the system does not let it have as many connections. */
  static async begin(plan: StagePlan): Promise<Stage> {
    const most = openFilesLimit() - SPARE_DESCRIPTORS;
    if (plan.idle + plan.busy > most) {
      throw new Error(
        `${plan.idle + plan.busy} connections, but the limit on open files allows ${most}: raise it (ulimit -n)`,
      );
    }
    const folder = mkdtempSync(join(tmpdir(), "nws-load-"));
    const dist = plan.dist ?? resolve(import.meta.dirname, "../../dist");
    const processes = new Processes(await bundle(dist, programs, folder), []);
    const where = places();
    const server = await processes.probed<ServerProbeCalls>(
      { processors: where.clients },
      where.server === undefined ? [] : [COLLECTS_ALONE],
    );
    if (where.server !== undefined) {
      leaveAlone(server.pid, where.server);
    }
    const busy = processes.client<BusyCalls>("busy", { processors: where.clients });
    const idlers = Array.from({ length: Math.ceil(plan.idle / IDLE_AT_MOST) }, () =>
      processes.client<IdlersCalls>("idlers", { processors: where.clients }),
    );
    return new Stage(server, busy, idlers, plan, where, processes, folder);
  }

  /** Connects the idle clients, then the busy ones, which begin to work. */
  async fill(): Promise<void> {
    const { idle, busy, rate, say } = this.#plan;
    const { host, port } = this.server;
    const target = { host, port };
    const before = await this.server.call("take");
    let left = idle;
    for (const idlers of this.#idlers) {
      const count = Math.min(left, IDLE_AT_MOST);
      left -= count;
      await idlers.call("connect", { target, count });
    }
    const after = await this.server.call("take");
    if (idle > 0) {
      const each = (bytes: (figures: typeof after) => number): number =>
        Math.round((bytes(after) - bytes(before)) / idle);
      const heap = each(({ heapBytes }) => heapBytes);
      const resident = each(({ residentBytes }) => residentBytes);
      say(
        `${idle} idle connections, every other one classic: ${resident} bytes resident each, ${heap} of them objects`,
      );
    }
    await this.busy.call("start", { target, count: busy, rate });
  }

  /** Idle connections that are still there. */
  async idleCount(): Promise<number> {
    const counts = await Promise.all(this.#idlers.map((idlers) => idlers.call("openCount")));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Starts a process that attacks; it stands behind all others. */
  attacker(): Client<AttackerCalls> {
    return this.#processes.client<AttackerCalls>("attacker", { processors: this.#places.attackers, nice: LAST });
  }

  get whereabouts(): string {
    const { server, clients, attackers } = this.#places;
    return server === undefined
      ? "one processor for all"
      : `the server on processor ${server} (node ${COLLECTS_ALONE}), on ${clients!} its clients and, with nice ${LAST}, the threads that help it; attackers on ${attackers!} with nice ${LAST}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#processes[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Places {
  readonly server: string | undefined;
  readonly clients: string | undefined;
  readonly attackers: string | undefined;
}

/**
 * Gives a process's own thread a processor to itself. The threads that help it (those that compile, and that read files) stay where they are, behind all
 * others there: on a larger machine they would be in nobody's way.
 */
function leaveAlone(pid: number, processor: string): void {
  execFileSync("taskset", ["-cp", processor, String(pid)], { stdio: "ignore" });
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    if (thread !== String(pid)) {
      setPriority(Number(thread), LAST);
    }
  }
}

/** The server has a processor to itself; attackers have one, if there are three. */
function places(): Places {
  const [server, clients, attackers = clients] = process.platform === "linux" ? allowedProcessors().map(String) : [];
  return clients === undefined
    ? { server: undefined, clients: undefined, attackers: undefined }
    : { server, clients, attackers };
}
