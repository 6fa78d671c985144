import type { NetWorkSpace } from "../../client/index.ts";
import type { Backend, Description, Status, WorkerInfo } from "../backend.ts";
import { SleighArgumentError, SleighError } from "../errors.ts";
import type { CallMessage, ExportMessage, JobCode, JobSpec, UnexportMessage } from "../messages.ts";
import type { CallJob } from "./call-job.ts";
import type { ElementJob } from "./element-job.ts";
import type { Master } from "./master.ts";

const GRACE_MS = 2000;

/** Work done by workers, by way of the sleigh's workspace. */
export class RemoteBackend implements Backend {
  readonly #master: Master;
  readonly #nested: boolean;

  /** `nested`: a sleigh that a task makes has workers of its own. */
  constructor(master: Master, nested: boolean) {
    this.#master = master;
    this.#nested = nested;
  }

  get nws(): NetWorkSpace {
    return this.#master.nws;
  }

  get userNws(): NetWorkSpace {
    return this.#master.userNws;
  }

  get workerCount(): number {
    return this.#master.roster.size;
  }

  get rankCount(): number {
    return this.#master.roster.rankCount;
  }

  feed(job: ElementJob, what: Description): Promise<void> {
    const { crew, roster, monitor } = this.#master;
    if (roster.size === 0 && roster.isSettled) {
      return Promise.reject(roster.launchFailure ?? noWorker());
    }
    monitor?.watch(job, what.work);
    crew.begin(job, this.#spec(what));
    job.start(crew);
    return Promise.resolve();
  }

  /** Waits until all workers have joined. */
  async call(job: CallJob, what: Description, isReplayed: boolean): Promise<void> {
    const { crew, roster, log, monitor } = this.#master;
    monitor?.watch(job, what.work);
    await roster.when(() => job.isOver || roster.isSettled);
    if (job.isOver) {
      return;
    }
    const { launchFailure, members, isClosed } = roster;
    if (launchFailure !== undefined && (members.length === 0 || !isClosed)) {
      throw launchFailure;
    }
    if (members.length === 0) {
      throw noWorker();
    }
    const spec = crew.begin(job, this.#spec(what), isReplayed);
    const mail: CallMessage = { kind: "call", job: job.number, spec };
    if (isReplayed) {
      log.add(mail);
    }
    job.start(members, {
      send: (member) => member.send(mail),
      calleeOf: (rank) => roster.members.find((member) => member.rank === rank),
      giveUp: () => crew.end(job.number),
    });
  }

  export(name: string, value: unknown, worker: number | undefined): void {
    this.#tell({ kind: "export", name, value: this.#master.packer.once(value, `the value of ${name}`) }, worker);
  }

  unexport(name: string, worker: number | undefined): void {
    this.#tell({ kind: "unexport", name }, worker);
  }

  async status({
    closeGroup,
    timeoutMs,
  }: {
    readonly closeGroup: boolean;
    readonly timeoutMs: number;
  }): Promise<Status> {
    const { roster } = this.#master;
    if (!roster.isSettled && timeoutMs > 0) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), Math.min(timeoutMs, 2 ** 31 - 1));
      await roster.when(() => roster.isSettled, late.signal);
      clearTimeout(timer);
    }
    if (closeGroup) {
      roster.closeGroup();
    }
    return { joined: roster.members.length, closed: roster.isSettled };
  }

  async workerInfo(): Promise<WorkerInfo[]> {
    const { roster } = this.#master;
    await roster.when(() => roster.isSettled);
    return roster.members.map(({ rank, join: { host, pid, version, runtime, os, logFile } }) => ({
      rank,
      host,
      pid,
      version,
      runtime,
      os,
      logFile,
    }));
  }

  stop(graceMs: number): Promise<void> {
    return this.#master.stop(graceMs);
  }

  #tell(mail: ExportMessage | UnexportMessage, worker: number | undefined): void {
    const { roster, log } = this.#master;
    log.add(mail, worker);
    for (const member of roster.members) {
      if (worker === undefined || member.rank === worker) {
        member.send(mail);
      }
    }
  }

  #spec(what: Description): Omit<JobSpec, "job"> {
    const { fixed, options } = what;
    return {
      code: this.#code(what),
      fixed: this.#master.packer.once(fixed, "a fixed argument"),
      permute: options.argPermute,
      timeoutMs: options.timeout,
      graceMs: options.grace ?? GRACE_MS,
      retries: options.retries ?? 0,
      retryDelayMs: options.retryDelay ?? 0,
      isAnnounced: this.#master.crew.isAnnounced,
      seed: options.seed,
      freshModules: options.freshModules ?? false,
      nested: this.#nested,
      trace: what.trace,
    };
  }

  #code({ work, options: { type, captures, imports } }: Description): JobCode {
    if (typeof work === "string") {
      return { type: "eval", source: work };
    }
    if (type === "eval") {
      throw new SleighArgumentError(`type "eval" is for a text, not a function`);
    }
    const uses = captures === undefined && imports === undefined ? undefined : { captures, imports };
    const { packer } = this.#master;
    const fn = packer.fn(work, uses);
    return { type: type ?? "invoke", fn, isPure: packer.isPure(work) };
  }
}

function noWorker(): SleighError {
  return new SleighError("worker_lost", "there is no worker, and none is to come");
}
