import type { TaskBatch } from "../inputs/task-source.ts";
import {
  CALL_CHUNK,
  type FromWorker,
  type JobSpec,
  type OutputMessage,
  type ResultMessage,
  type SpecSource,
  type StartedMessage,
  type SuspectMessage,
  type TaskMessage,
  Variables,
} from "../messages.ts";
import type { Assigner, Crew, Outcome } from "./crew.ts";
import type { Link, Warn } from "./link.ts";
import type { Member } from "./member.ts";
import type { Packer } from "./packer.ts";
import type { Roster } from "./roster.ts";
import { Suspicion } from "./suspicion.ts";

/** So many chunks for each worker bring the specification of their job with them. */
const INLINE_SPECS = 4;

/** A call that each worker runs once. */
export interface Caller extends Assigner {
  answered(member: Member, outcome: Outcome): void;
  lost(member: Member): void;
}

export interface WorkerCrewOptions {
  readonly link: Link;
  readonly packer: Packer;
  readonly roster: () => Roster;
  readonly maxAttempts: number;
  readonly printed: (member: Member, message: OutputMessage) => void;
  /** Told of what tasks came back, before anything is done with it: `count` of them, the first with the number `first`. */
  readonly returned: (member: Member, message: ResultMessage, first: number, count: number) => void;
  readonly warn: Warn;
}

interface Assigned {
  readonly job: Assigner;
  readonly batch: TaskBatch;
  suspicion: Suspicion | undefined;
}

interface Job {
  readonly assigner: Assigner;
  /** At first a small one goes with each chunk, so that a call of few tasks waits for nothing; then all find it as a part. */
  spec: SpecSource;
  specsLeft: number;
  /** Chunks under way. */
  open: number;
  isOver: boolean;
  /** Who comes later still needs the spec. */
  readonly isReplayed: boolean;
}

/** The workers of a sleigh, by way of its workspace: chunks go into `tasks`, and what comes out of `results` is told to the jobs. */
export class WorkerCrew implements Crew {
  readonly #options: WorkerCrewOptions;
  readonly #jobs = new Map<number, Job>();
  readonly #chunks = new Map<number, Assigned>();
  #lastChunk = 0;

  constructor(options: WorkerCrewOptions) {
    this.#options = options;
  }

  get size(): number {
    return Math.max(1, this.#options.roster().size);
  }

  /** With a single attempt only a task that has begun may count as lost: of each the master must be told. */
  get isAnnounced(): boolean {
    return this.#options.maxAttempts === 1;
  }

  /** Jobs that are over while chunks of them are still about. */
  get overJobs(): number[] {
    return [...this.#jobs].filter(([, { isOver }]) => isOver).map(([number]) => number);
  }

  begin(assigner: Assigner, spec: Omit<JobSpec, "job">, isReplayed = false): SpecSource {
    const { number } = assigner;
    const source = this.#options.packer.spec({ ...spec, job: number });
    const specsLeft = INLINE_SPECS * this.size;
    this.#jobs.set(number, { assigner, spec: source, specsLeft, open: 0, isOver: false, isReplayed });
    return source;
  }

  assign(number: number, batch: TaskBatch): number {
    const job = this.#jobs.get(number)!;
    const chunk = (this.#lastChunk += 1);
    if (job.specsLeft-- === 0 && typeof job.spec !== "string") {
      job.spec = this.#options.packer.part(job.spec);
    }
    const { first, numbers, count, layout } = batch;
    const message: TaskMessage = {
      kind: "tasks",
      job: number,
      chunk,
      spec: job.spec,
      first,
      count,
      numbers,
      args: this.#options.packer.args(batch),
      layout,
    };
    const { bytes, done } = this.#options.link.post(Variables.tasks, message);
    this.#chunks.set(chunk, { job: job.assigner, batch, suspicion: undefined });
    job.open += 1;
    done.catch((error: unknown) => job.assigner.abandoned(error as Error));
    return bytes;
  }

  end(number: number): void {
    const job = this.#jobs.get(number);
    if (job === undefined) {
      return;
    }
    if (job.open === 0) {
      this.#jobs.delete(number);
      if (typeof job.spec === "string" && !job.isReplayed) {
        this.#options.link.drop(job.spec);
      }
    } else if (!job.isOver) {
      job.isOver = true;
      for (const member of this.#options.roster().members) {
        member.send({ kind: "cancel", job: number, chunk: undefined });
      }
    }
  }

  /** Something came from a worker. */
  take(message: FromWorker): void {
    const member = this.#options.roster().life(message.token);
    if (member === undefined) {
      return;
    }
    switch (message.kind) {
      case "result":
        void this.#result(member, message);
        return;
      case "suspect":
        this.#suspect(member, message);
        return;
      case "started":
        this.#started(message);
        return;
      case "output":
        member.printed(message.text);
        this.#options.printed(member, message);
        return;
      case "trouble":
        this.#options.warn(
          `worker ${member.rank} on ${member.host}: ${message.text}${message.error === undefined ? "" : `: ${message.error.message}`}`,
        );
        return;
      default:
        message satisfies never;
    }
  }

  /** A worker is gone: who waits for it by name is told. (Its chunks are given to others.) */
  lost(member: Member): void {
    for (const { assigner } of this.#jobs.values()) {
      if (isCaller(assigner)) {
        assigner.lost(member);
      }
    }
  }

  grown(): void {
    for (const { assigner } of this.#jobs.values()) {
      assigner.grown();
    }
  }

  abandon(error: Error): void {
    for (const { assigner } of this.#jobs.values()) {
      assigner.abandoned(error);
    }
  }

  async #result(member: Member, message: ResultMessage): Promise<void> {
    const { job: number, chunk } = message;
    const job = this.#jobs.get(number);
    const assigned = this.#chunks.get(chunk);
    if (job === undefined || (chunk !== CALL_CHUNK && assigned?.job !== job.assigner)) {
      return; // of a job that is over, or not the first result
    }
    if (chunk !== CALL_CHUNK) {
      this.#chunks.delete(chunk);
      job.open -= 1;
    }
    const { first, count } = assigned?.batch ?? { first: member.rank, count: 1 };
    this.#options.returned(member, message, first, count);
    if (job.isOver) {
      this.end(number);
      return;
    }
    const { packer } = this.#options;
    let values: ArrayLike<unknown>;
    try {
      const unpacked = packer.unpack(message.values);
      values = (unpacked instanceof Promise ? await unpacked : unpacked) as ArrayLike<unknown>;
    } catch (error) {
      job.assigner.abandoned(error as Error);
      return;
    }
    const { unrun, elapsedMs } = message;
    const failures = message.failures.map((each) => ({ ...each, error: each.error && packer.located(each.error) }));
    const { rank, host } = member;
    const deathsOf = (at: number) => assigned?.suspicion?.deathsOf(at) ?? Promise.resolve([]);
    const outcome: Outcome = { values, failures, unrun, rank, host, elapsedMs, deathsOf };
    if (assigned !== undefined) {
      job.assigner.returned(assigned.batch, outcome);
    } else if (isCaller(job.assigner)) {
      job.assigner.answered(member, outcome);
    }
  }

  #suspect(member: Member, { job, chunk }: SuspectMessage): void {
    const assigned = this.#chunks.get(chunk);
    if (assigned?.job.number !== job) {
      member.send({ kind: "verdict", job, chunk, lost: [] });
      return;
    }
    const roster = this.#options.roster();
    assigned.suspicion ??= new Suspicion(roster.lastDeath, this.isAnnounced);
    assigned.suspicion.givenOutAgain((token) => {
      const before = roster.life(token);
      // It has lost its lease, so it has lost its session: this message was quicker than the news of that.
      before?.lose("its session ended");
      return before?.death;
    });
    const lost = assigned.suspicion.lost(assigned.batch.count, this.#options.maxAttempts);
    member.send({ kind: "verdict", job, chunk, lost });
  }

  #started({ job, chunk, token, at }: StartedMessage): void {
    const assigned = this.#chunks.get(chunk);
    if (assigned?.job.number === job) {
      assigned.suspicion ??= new Suspicion(undefined, this.isAnnounced);
      assigned.suspicion.started(token, at);
    }
  }
}

function isCaller(assigner: Assigner): assigner is Caller {
  return "answered" in assigner;
}
