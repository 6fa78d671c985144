import { encode } from "../../codec/index.ts";
import type { Lease } from "../../client/index.ts";
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
import { SealError } from "../seal.ts";
import { ChunkSupply } from "./chunk-supply.ts";
import { Lane } from "./lane.ts";
import type { Link } from "./link.ts";
import type { Mailbox } from "./mailbox.ts";
import type { OutputRelay } from "./output-relay.ts";
import { Outbox } from "./outbox.ts";
import { Pace } from "./pace.ts";
import type { PartStore } from "./part-store.ts";
import { type ChunkName, nothingRun, unprepared } from "./results.ts";
import { SpecTable } from "./spec-table.ts";
import { Suspects } from "./suspects.ts";
import type { TaskThreadHandle } from "./task-thread-handle.ts";
import { type FromTaskThread, toPost } from "./thread-messages.ts";
import { type Suspect, ThreadQueue } from "./thread-queue.ts";

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

/**
 * Gets chunks on lease, keeps the task thread in work, and sends the results. A chunk is, in turn: in the lane (its job and parts
 * are being fetched), in the task thread's queue, completed; or given back.
 */
export class Work {
  readonly #options: WorkOptions;
  readonly #specs: SpecTable;
  readonly #pace = new Pace();
  readonly #lane: Lane;
  readonly #supply: ChunkSupply;
  readonly #queue: ThreadQueue;
  readonly #cancelled = new Set<number>();
  readonly #suspects: Suspects;
  readonly #outbox: Outbox;
  /** Chunks in the lane. */
  #inLane = 0;
  #isStopping = false;

  constructor(options: WorkOptions) {
    const { thread, parts, link, mailbox, relay, lost } = options;
    this.#options = options;
    this.#specs = new SpecTable(parts);
    this.#lane = new Lane(lost);
    this.#suspects = new Suspects(link);
    this.#outbox = new Outbox(options);
    this.#supply = new ChunkSupply({
      link,
      mailbox,
      pace: this.#pace,
      count: () => this.#queue.size + this.#inLane,
      mayHoldMore: () => !this.#queue.hasSuspects,
      take: (lease) => {
        this.#inLane++;
        this.#lane.add(() => this.#take(lease));
      },
      lost,
    });
    this.#queue = new ThreadQueue({
      thread,
      link,
      relay,
      outbox: this.#outbox,
      pace: this.#pace,
      isCancelled: (job) => this.#cancelled.has(job),
      hasMore: () => this.#inLane > 0,
      slow: () => this.#supply.slowDown(),
      overrun: () => {
        this.#stopTaking();
        options.overrun();
      },
    });
  }

  /** Begins to fetch chunks. */
  start(): void {
    this.#supply.fill();
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
      await this.#queue.room();
      this.#queue.handCall({ ...chunk, spec, lease: undefined, isReplay, isSuspect: false }, encode(message));
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
    this.#queue.cancel(job, chunk);
  }

  verdict(message: VerdictMessage): void {
    this.#suspects.verdict(message);
  }

  /** Resolves when what runs has ended and everything was sent, at the latest after `graceMs`. What has not begun goes back. */
  async stop(graceMs: number): Promise<void> {
    this.#stopTaking();
    this.#queue.recallAll();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([this.#queue.empty(), over]);
    clearTimeout(timer);
    await this.#outbox.sent();
  }

  /** Resolves when all results that are known have reached the server, or cannot. */
  sent(): Promise<void> {
    return this.#outbox.sent();
  }

  close(): void {
    this.#stopTaking();
    this.#queue.close();
  }

  /** What the task thread says of its chunks. */
  heard(message: Extract<FromTaskThread, { readonly kind: "starting" | "passed" }>): void {
    if (message.kind === "starting") {
      this.#starting(message.slot, message.at);
    } else {
      this.#supply.fillSoon();
      this.#queue.left(message.slot);
    }
  }

  /** A chunk has run. */
  result(slot: number, elapsedMs: number, envelope: Uint8Array): void {
    // Before the result is sent: what is fetched next is asked for in the same write.
    this.#supply.fillSoon();
    const held = this.#queue.left(slot);
    if (held !== undefined && !held.isOver) {
      this.#pace.record(held.job, held.count, elapsedMs);
      this.#outbox.result(held.lease, envelope);
    }
  }

  #stopTaking(): void {
    this.#isStopping = true;
    this.#supply.stop();
  }

  /** The turn of a chunk has come in the lane. */
  #take(lease: Lease<Uint8Array>): Promise<void> | void {
    let message: TaskMessage;
    try {
      // What was given back may come again. (Only the master can store there: none is there twice.)
      message = this.#options.link.sealer.open(Variables.tasks, lease.value, { again: true });
    } catch (error) {
      return this.#refuse(lease, error);
    }
    const { job, args } = message;
    const spec = this.#specs.known(job, message.spec);
    if (spec !== undefined && lease.deliveries === 1 && !spec.isAnnounced && !this.#queue.isFull) {
      if (args.parts.length === 0 || this.#options.parts.hasAll(without(args.parts, args.inline))) {
        return this.#hand(lease, message, spec, undefined);
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
      this.#supply.fill();
      return;
    }
    let suspect: Suspect = spec.isAnnounced ? { lost: [] } : undefined;
    if (lease.deliveries > 1) {
      // Nothing else may run here: if this worker dies, too, it is to be known of what.
      if (!(await this.#queue.empty(() => this.#supply.isSlow))) {
        this.#inLane--;
        this.#outbox.release(lease);
        return;
      }
      suspect = { lost: await this.#suspects.ask(message, lease.deliveries) };
    }
    await this.#queue.room();
    this.#hand(lease, message, spec, suspect);
  }

  #hand(lease: Lease<Uint8Array>, message: TaskMessage, spec: JobSpec, suspect: Suspect): void {
    this.#inLane--;
    const name = asChunk(message);
    const { job, chunk, count, numberOf } = name;
    if (this.#cancelled.has(job)) {
      this.#outbox.result(lease, nothingRun(this.#options.link, name));
      return this.#supply.fill();
    }
    if (this.#isStopping) {
      return this.#outbox.release(lease);
    }
    this.#supply.last = { job, count };
    const isSuspect = suspect !== undefined;
    this.#queue.handChunk(
      { job, chunk, count, numberOf, spec, lease, isReplay: false, isSuspect },
      lease.value,
      suspect,
    );
  }

  #starting(slot: number, at: number): void {
    const { thread, lost } = this.#options;
    const held = this.#queue.at(slot);
    if (held !== undefined) {
      this.#suspects.starting(held, at).then(() => thread.post({ kind: "start", slot, at }), lost);
    }
  }

  #refuse(lease: Lease<Uint8Array>, error: unknown): void {
    this.#inLane--;
    this.#troubled(error);
    if (error instanceof SealError) {
      this.#outbox.drop(lease);
    }
    this.#supply.fill();
  }

  #troubled(error: unknown): void {
    void this.#options.link.trouble(error instanceof Error ? error.message : String(error));
  }
}

function asChunk({ job, chunk, count, first, numbers }: TaskMessage): ChunkName {
  return { job, chunk, count, numberOf: (at) => numbers?.[at] ?? first + at };
}

/** Those that are not in the message itself. */
function without(parts: readonly string[], inline: readonly { readonly hash: string }[]): readonly string[] {
  return inline.length === 0 ? parts : parts.filter((hash) => !inline.some((part) => part.hash === hash));
}
