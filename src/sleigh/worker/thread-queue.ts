import { sealedValue } from "../seal.ts";
import { Deadlines } from "./deadlines.ts";
import { type Held, HeldChunks } from "./held-chunks.ts";
import { HoldWatch } from "./hold-watch.ts";
import type { Link } from "./link.ts";
import type { Outbox } from "./outbox.ts";
import type { OutputRelay } from "./output-relay.ts";
import type { Pace } from "./pace.ts";
import { nothingRun, tooLate } from "./results.ts";
import type { TaskThreadHandle } from "./task-thread-handle.ts";
import { toPost, type ToTaskThread } from "./thread-messages.ts";

export type NewHeld = Omit<Held, "slot" | "isOver" | "grace">;
/** Of a chunk that a worker has died with: the places of the tasks that are not to be run again. */
export type Suspect = Extract<ToTaskThread, { readonly kind: "run" }>["suspect"];

export interface ThreadQueueOptions {
  readonly thread: TaskThreadHandle;
  readonly link: Link;
  readonly outbox: Outbox;
  readonly relay: OutputRelay;
  readonly pace: Pace;
  /** Whether the job is over: what is left of it is not for others either. */
  readonly isCancelled: (job: number) => boolean;
  /** Whether more wait to be handed to the task thread. */
  readonly hasMore: () => boolean;
  /** The chunk that runs is slow, and those behind it went back. */
  readonly slow: () => void;
  /** A task did not stop. What can be told of it was told. */
  readonly overrun: () => void;
}

/** What the task thread has to do: hands it over, takes back what has not begun, and sees that tasks end when they are to. */
export class ThreadQueue {
  readonly #options: ThreadQueueOptions;
  readonly #held = new HeldChunks();
  readonly #deadlines: Deadlines;
  readonly #holdWatch: HoldWatch;
  /** What waits until something has left. */
  #waiters: (() => void)[] = [];
  #suspectCount = 0;
  #isClosed = false;

  constructor(options: ThreadQueueOptions) {
    const { thread, pace, hasMore } = options;
    this.#options = options;
    this.#holdWatch = new HoldWatch({
      held: this.#held,
      shared: thread.shared,
      pace,
      isWaiting: () => !this.#isClosed && (this.#held.size > 1 || (this.#held.size === 1 && hasMore())),
      giveBack: () => this.#giveBack(),
      look: () => thread.takeResults(),
    });
    this.#deadlines = new Deadlines(this.#held, thread.shared, {
      stop: (slot) => thread.post({ kind: "stop", slot }),
      overrun: (held, late) => this.#overrun(held, late),
    });
  }

  get size(): number {
    return this.#held.size;
  }

  get isFull(): boolean {
    return this.#held.isFull;
  }

  get hasSuspects(): boolean {
    return this.#suspectCount > 0;
  }

  at(slot: number): Held | undefined {
    return this.#held.at(slot);
  }

  /** Must not be called when it is full. */
  handChunk(chunk: NewHeld, envelope: Uint8Array, suspect: Suspect): void {
    const held = this.#held.add(chunk);
    const { slot } = held;
    const message = sealedValue(envelope);
    this.#options.thread.shared.queue(slot);
    if (suspect === undefined) {
      this.#options.thread.run(slot, message);
    } else {
      this.#post({ kind: "run", slot, message, suspect });
    }
    this.#handed(held);
  }

  /** Must not be called when it is full. */
  handCall(call: NewHeld, message: ReturnType<typeof sealedValue>): void {
    const held = this.#held.add(call);
    const { slot } = held;
    this.#options.thread.shared.queue(slot);
    this.#post(call.isReplay ? { kind: "replay", slot, message } : { kind: "run", slot, message, suspect: undefined });
    this.#handed(held);
  }

  /** The task thread has it no more. */
  left(slot: number): Held | undefined {
    const held = this.#held.remove(slot);
    this.#options.thread.shared.free(slot);
    if (held?.isSuspect === true) {
      this.#suspectCount--;
    }
    this.#wake();
    return held;
  }

  /** Nothing more of the job is to run, or of one of its chunks. */
  cancel(job: number, chunk: number | undefined): void {
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

  /** What has not begun goes back to its place, for others. */
  recallAll(): void {
    for (const held of this.#held) {
      if (!held.isOver && this.#options.thread.shared.recall(held.slot)) {
        if (held.lease !== undefined && !this.#options.isCancelled(held.job)) {
          held.isOver = true;
          this.#options.outbox.release(held.lease);
        } else {
          this.#unrun(held);
        }
      }
    }
  }

  /** Resolves when there is room for one more. */
  async room(): Promise<void> {
    while (this.#held.isFull) {
      await this.#change();
    }
  }

  /** Resolves when nothing runs here, or (false) when what runs is `isSlow`. */
  async empty(isSlow: () => boolean = () => false): Promise<boolean> {
    while (this.#held.size > 0) {
      this.#holdWatch.start();
      await this.#change();
      if (isSlow()) {
        return false;
      }
    }
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#holdWatch.stop();
    this.#deadlines.close();
    for (const held of this.#held) {
      clearTimeout(held.grace);
    }
  }

  #post(message: Extract<ToTaskThread, { readonly kind: "run" | "replay" }>): void {
    const { descriptor, bytes } = message.message;
    const [own, transfer] = toPost(bytes);
    this.#options.thread.post({ ...message, message: { descriptor, bytes: own } }, transfer);
  }

  #handed(held: Held): void {
    if (held.isSuspect) {
      this.#suspectCount++;
    }
    this.#deadlines.watch(held);
    if (this.#held.size > 1) {
      this.#holdWatch.start();
    }
  }

  /** What waits behind a chunk that is slow. */
  #giveBack(): void {
    const { thread, outbox, slow } = this.#options;
    slow();
    for (const held of this.#held) {
      if (held.lease !== undefined && !held.isOver && thread.shared.recall(held.slot)) {
        held.isOver = true;
        outbox.release(held.lease);
      }
    }
    this.#wake();
  }

  #unrun(held: Held): void {
    const { outbox, link } = this.#options;
    held.isOver = true;
    if (!held.isReplay) {
      outbox.result(held.lease, nothingRun(link, held));
    }
  }

  #overrun(held: Held, late: number | undefined): void {
    const { outbox, link, relay, overrun } = this.#options;
    this.close();
    held.isOver = true;
    outbox.result(held.lease, late === undefined ? nothingRun(link, held) : tooLate(link, held, late, relay.tail));
    this.recallAll();
    overrun();
  }

  #wake(): void {
    if (this.#waiters.length > 0) {
      this.#waiters.splice(0).forEach((resolve) => resolve());
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}
