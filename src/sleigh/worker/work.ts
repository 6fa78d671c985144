import { encode } from "../../codec/index.ts";
import { type Lease, VariableDeletedError } from "../../client/index.ts";
import {
  CALL_CHUNK,
  type CallMessage,
  type CancelMessage,
  type ExportMessage,
  type JobSpec,
  type TaskMessage,
  type UnexportMessage,
  Variables,
  type VerdictMessage,
} from "../messages.ts";
import { SealError, sealedValue } from "../seal.ts";
import { Deadlines } from "./deadlines.ts";
import { type Held, HeldChunks } from "./held-chunks.ts";
import { HoldWatch } from "./hold-watch.ts";
import { Lane } from "./lane.ts";
import type { Link } from "./link.ts";
import type { Mailbox } from "./mailbox.ts";
import type { OutputRelay } from "./output-relay.ts";
import { Outbox } from "./outbox.ts";
import { Pace } from "./pace.ts";
import type { PartStore } from "./part-store.ts";
import { nothingRun, tooLate, unprepared } from "./results.ts";
import { SpecTable } from "./spec-table.ts";
import { Suspects } from "./suspects.ts";
import type { TaskThreadHandle } from "./task-thread-handle.ts";
import { type FromTaskThread, toPost, type ToTaskThread } from "./thread-messages.ts";

export interface WorkOptions {
  readonly link: Link;
  readonly mailbox: Mailbox;
  readonly thread: TaskThreadHandle;
  readonly parts: PartStore;
  readonly relay: OutputRelay;
  /** A task did not stop: this worker must end. The master has been told what can be told. */
  readonly overrun: () => void;
  /** The server, or the sleigh, is gone. */
  readonly lost: (error: unknown) => void;
}

type Run = Extract<ToTaskThread, { readonly kind: "run" }>;

/**
 * Gets chunks on lease, keeps the task thread in work, and sends the results. A chunk is, in turn: in the lane (its job and parts
 * are being fetched), held (the task thread has it, and runs it or will), completed; or given back.
 */
export class Work {
  readonly #options: WorkOptions;
  readonly #held = new HeldChunks();
  readonly #specs: SpecTable;
  readonly #pace = new Pace();
  readonly #deadlines: Deadlines;
  readonly #lane: Lane;
  readonly #cancelled = new Set<number>();
  readonly #suspects: Suspects;
  readonly #outbox: Outbox;
  readonly #holdWatch: HoldWatch;
  /** What waits until something has left the task thread. */
  #waiters: (() => void)[] = [];
  /** Chunks in the lane. */
  #inLane = 0;
  #suspectCount = 0;
  #lastJob = -1;
  #isFetching = false;
  /** The chunk that runs is slow: nothing is fetched behind it. */
  #isSlow = false;
  #isStopping = false;

  constructor(options: WorkOptions) {
    const { thread, parts, link } = options;
    this.#options = options;
    this.#specs = new SpecTable(parts);
    this.#lane = new Lane(options.lost);
    this.#suspects = new Suspects(link);
    this.#outbox = new Outbox(options);
    this.#holdWatch = new HoldWatch({
      held: this.#held,
      shared: thread.shared,
      pace: this.#pace,
      isWaiting: () => !this.#isStopping && this.#held.size > 0 && this.#held.size + this.#inLane > 1,
      giveBack: () => this.#giveBack(),
    });
    this.#deadlines = new Deadlines(this.#held, thread.shared, {
      stop: (slot) => thread.post({ kind: "stop", slot }),
      overrun: (held, late) => this.#overrun(held, late),
    });
  }

  /** Begins to fetch chunks. */
  start(): void {
    this.#pump();
  }

  call(message: CallMessage, isReplay = false): void {
    this.#lane.add(async () => {
      if (this.#isStopping || this.#cancelled.has(message.job)) {
        return;
      }
      const chunk = { job: message.job, chunk: CALL_CHUNK, count: 1, numberOf: () => this.#options.link.rank };
      let spec: JobSpec;
      try {
        spec = await this.#specs.spec(message.job, message.spec);
      } catch (error) {
        return isReplay
          ? this.#troubled(error)
          : this.#outbox.result(undefined, unprepared(this.#options.link, chunk, error));
      }
      await this.#room();
      const held = this.#held.add({ ...chunk, spec, lease: undefined, isReplay, isSuspect: false });
      const encoded = encode(message);
      const { slot } = held;
      this.#hand(
        held,
        isReplay
          ? { kind: "replay", slot, message: encoded }
          : { kind: "run", slot, message: encoded, suspect: undefined },
      );
    });
  }

  export(message: ExportMessage | UnexportMessage): void {
    this.#lane.add(async () => {
      if (message.kind === "export") {
        const { parts, inline } = message.value;
        try {
          await this.#options.parts.need(without(parts, inline));
        } catch (error) {
          return this.#troubled(error);
        }
      }
      const { descriptor, bytes } = encode(message);
      const [own, transfer] = toPost(bytes);
      this.#options.thread.post({ kind: "export", message: { descriptor, bytes: own } }, transfer);
    });
  }

  cancelled(jobs: readonly number[]): void {
    jobs.forEach((job) => this.#cancelled.add(job));
  }

  cancel({ job, chunk }: CancelMessage): void {
    if (chunk === undefined) {
      this.#cancelled.add(job);
    }
    for (const held of this.#held) {
      if (held.job === job && (chunk === undefined || held.chunk === chunk) && !held.isOver) {
        if (this.#options.thread.shared.recall(held.slot)) {
          this.#unrun(held);
        } else {
          this.#deadlines.stop(held);
        }
      }
    }
  }

  verdict(message: VerdictMessage): void {
    this.#suspects.verdict(message);
  }

  /** Resolves when what runs has ended and everything was sent, at the latest after `graceMs`. What has not begun goes back. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    for (const held of this.#held) {
      this.#recall(held);
    }
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    const idle = async (): Promise<void> => {
      while (this.#held.size > 0) {
        await this.#change();
      }
    };
    await Promise.race([idle(), over]);
    clearTimeout(timer);
    await this.#outbox.sent();
  }

  /** Resolves when all results that are known have reached the server, or cannot. */
  sent(): Promise<void> {
    return this.#outbox.sent();
  }

  close(): void {
    this.#isStopping = true;
    this.#holdWatch.stop();
    this.#deadlines.close();
    for (const held of this.#held) {
      clearTimeout(held.grace);
    }
  }

  /** What the task thread says of its chunks. */
  heard(message: Exclude<FromTaskThread, { readonly kind: "output" | "trouble" }>): void {
    const { slot } = message;
    if (message.kind === "starting") {
      this.#starting(slot, message.at);
      return;
    }
    const held = this.#held.remove(slot);
    this.#options.thread.shared.free(slot);
    if (message.kind === "done" && held !== undefined && !held.isOver) {
      this.#pace.record(held.job, message.elapsedMs);
      this.#outbox.result(held.lease, message.envelope);
    }
    if (held?.isSuspect === true) {
      this.#suspectCount--;
    }
    if (this.#waiters.length > 0) {
      this.#waiters.splice(0).forEach((resolve) => resolve());
    }
    this.#pump();
  }

  /** Fetches chunks when there is too little to do. */
  #pump(): void {
    if (this.#isFetching || this.#isStopping) {
      return;
    }
    const count = this.#held.size + this.#inLane;
    if (count === 0) {
      this.#isSlow = false;
      void this.#fetch(1, true);
    } else if (!this.#isSlow && this.#suspectCount === 0) {
      const ahead = this.#pace.ahead(this.#lastJob);
      const wanted = ahead + 1 - count;
      if (wanted > ahead / 2) {
        void this.#fetch(wanted, false);
      }
    }
  }

  async #fetch(max: number, waits: boolean): Promise<void> {
    const { link, mailbox, lost } = this.#options;
    const how = { lease: true, max } as const;
    this.#isFetching = true;
    try {
      const mark = mailbox.mark();
      const leases = waits
        ? await link.ws.fetchMany<Uint8Array>(Variables.tasks, how)
        : await link.ws.fetchTryMany<Uint8Array>(Variables.tasks, how);
      if (leases.length > 0 && !mailbox.hasAllBefore(mark)) {
        // What the master had said before it handed out these chunks holds for them.
        await mailbox.catchUp();
      }
      this.#isFetching = false;
      for (const lease of leases) {
        this.#inLane++;
        this.#lane.add(() => this.#take(lease));
      }
      if (leases.length > 0 || this.#held.size + this.#inLane === 0) {
        this.#pump();
      }
    } catch (error) {
      if (error instanceof VariableDeletedError) {
        link.wasDeleted = true;
        // With its workspace, as the next fetch will tell; or somebody deleted just the tasks.
        this.#isFetching = false;
        this.#pump();
      } else {
        lost(error);
      }
    }
  }

  /** The turn of a chunk has come in the lane. */
  #take(lease: Lease<Uint8Array>): Promise<void> | void {
    let message: TaskMessage;
    try {
      // What comes again after its worker has died was seen before, if that was this one's rank.
      message = this.#options.link.sealer.open(Variables.tasks, lease.value, { again: lease.deliveries > 1 });
    } catch (error) {
      return this.#refuse(lease, error);
    }
    const { job, args } = message;
    const spec = this.#specs.known(job);
    if (spec !== undefined && lease.deliveries === 1 && !this.#held.isFull) {
      if (args.parts.length === 0 || this.#options.parts.hasAll(without(args.parts, args.inline))) {
        return this.#handChunk(lease, message, spec, undefined);
      }
    }
    return this.#prepare(lease, message);
  }

  async #prepare(lease: Lease<Uint8Array>, message: TaskMessage): Promise<void> {
    const { job, args } = message;
    let spec: JobSpec;
    try {
      spec = await this.#specs.spec(job, message.spec);
      await this.#options.parts.need(without(args.parts, args.inline));
    } catch (error) {
      this.#inLane--;
      this.#outbox.result(lease, unprepared(this.#options.link, asChunk(message), error));
      this.#pump();
      return;
    }
    const suspect = lease.deliveries > 1 ? await this.#clear(lease, message) : undefined;
    if (suspect === "given back") {
      return;
    }
    await this.#room();
    this.#handChunk(lease, message, spec, suspect);
  }

  #handChunk(lease: Lease<Uint8Array>, message: TaskMessage, spec: JobSpec, suspect: Run["suspect"]): void {
    this.#inLane--;
    const chunk = asChunk(message);
    if (this.#isStopping || this.#cancelled.has(chunk.job)) {
      this.#outbox.result(lease, nothingRun(this.#options.link, chunk));
      return this.#pump();
    }
    const held = this.#held.add({ ...chunk, spec, lease, isReplay: false, isSuspect: suspect !== undefined });
    if (suspect !== undefined) {
      this.#suspectCount++;
    }
    this.#lastJob = chunk.job;
    this.#hand(held, { kind: "run", slot: held.slot, message: sealedValue(lease.value), suspect });
  }

  #hand(held: Held, message: Extract<ToTaskThread, { readonly kind: "run" | "replay" }>): void {
    const { thread } = this.#options;
    thread.shared.queue(held.slot);
    const { descriptor, bytes } = message.message;
    const [own, transfer] = toPost(bytes);
    thread.post({ ...message, message: { descriptor, bytes: own } }, transfer);
    this.#deadlines.watch(held);
    if (this.#held.size > 1) {
      this.#holdWatch.start();
    }
  }

  /** Asks the master about a chunk that came back from a worker that died, when nothing else runs here. */
  async #clear(lease: Lease<Uint8Array>, message: TaskMessage): Promise<NonNullable<Run["suspect"]> | "given back"> {
    while (this.#held.size > 0) {
      this.#holdWatch.start();
      await this.#change();
      if (this.#isSlow) {
        this.#inLane--;
        this.#outbox.release(lease);
        return "given back";
      }
    }
    return { lost: await this.#suspects.ask(message, lease.deliveries) };
  }

  #starting(slot: number, at: number): void {
    const { thread, lost } = this.#options;
    const held = this.#held.at(slot);
    if (held !== undefined) {
      this.#suspects.starting(held, at).then(() => thread.post({ kind: "start", slot, at }), lost);
    }
  }

  #giveBack(): void {
    this.#isSlow = true;
    for (const held of this.#held) {
      if (held.lease !== undefined && !held.isOver && this.#options.thread.shared.recall(held.slot)) {
        held.isOver = true;
        this.#outbox.release(held.lease);
      }
    }
    this.#waiters.splice(0).forEach((resolve) => resolve());
  }

  #recall(held: Held): void {
    if (!held.isOver && this.#options.thread.shared.recall(held.slot)) {
      this.#unrun(held);
    }
  }

  #unrun(held: Held): void {
    held.isOver = true;
    if (!held.isReplay) {
      this.#outbox.result(held.lease, nothingRun(this.#options.link, held));
    }
  }

  #overrun(held: Held, late: number | undefined): void {
    this.close();
    held.isOver = true;
    const { link, relay, overrun } = this.#options;
    this.#outbox.result(
      held.lease,
      late === undefined ? nothingRun(link, held) : tooLate(link, held, late, relay.tail),
    );
    for (const other of this.#held) {
      this.#recall(other);
    }
    overrun();
  }

  #refuse(lease: Lease<Uint8Array>, error: unknown): void {
    this.#inLane--;
    this.#troubled(error);
    if (error instanceof SealError) {
      this.#outbox.drop(lease);
    }
    this.#pump();
  }

  #troubled(error: unknown): void {
    void this.#options.link.trouble(error instanceof Error ? error.message : String(error));
  }

  /** Resolves when the task thread can hold one more. */
  async #room(): Promise<void> {
    while (this.#held.isFull) {
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}

function asChunk({
  job,
  chunk,
  count,
  first,
  numbers,
}: TaskMessage): Pick<Held, "job" | "chunk" | "count" | "numberOf"> {
  return { job, chunk, count, numberOf: (at) => numbers?.[at] ?? first + at };
}

/** Those that are not in the message itself. */
function without(parts: readonly string[], inline: readonly { readonly hash: string }[]): readonly string[] {
  return inline.length === 0 ? parts : parts.filter((hash) => !inline.some((part) => part.hash === hash));
}
