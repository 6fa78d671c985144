import type { Transferable, Worker } from "node:worker_threads";
import type { Encoded } from "../../codec/index.ts";
import { SharedRing, type TakeRecord } from "./shared-ring.ts";
import { SharedState } from "./shared-state.ts";
import { startThread } from "./thread-entry.ts";
import { type FromTaskThread, type TaskThreadData, toPost, type ToTaskThread } from "./thread-messages.ts";

export interface TaskThreadEvents {
  readonly message: (message: Exclude<FromTaskThread, { readonly kind: "results" | "done" }>) => void;
  /** The result of the slot's chunk, sealed, and the milliseconds that it took. */
  readonly result: TakeRecord;
  /** It ended by itself. `error`: what it could not survive. */
  readonly ended: (code: number, error: Error | undefined) => void;
}

/** What the thread is started for. All else can wait for it. */
const WORK: ReadonlySet<ToTaskThread["kind"]> = new Set(["run", "replay", "export"]);

/** The session thread's hold on the task thread. It starts when there is something to do, or when it is told to. */
export class TaskThreadHandle {
  readonly shared = new SharedState();
  readonly #results = new SharedRing();
  readonly #chunks = new SharedRing();
  readonly #events: TaskThreadEvents;
  readonly #data: TaskThreadData;
  /** Undefined before the start. */
  #thread: Worker | undefined;
  #posted: ToTaskThread[] = [];
  #transfer: Transferable[] = [];
  /** Chunks in the ring that the thread was not told of. */
  #untold = 0;
  #isFlushComing = false;
  #isEnded = false;

  constructor(data: Omit<TaskThreadData, "kind" | "shared" | "results" | "chunks">, events: TaskThreadEvents) {
    this.#events = events;
    const buffers = {
      shared: this.shared.buffer,
      results: this.#results.buffer,
      chunks: this.#chunks.buffer,
    };
    this.#data = { ...data, kind: "sleigh task thread", ...buffers };
  }

  /** Starts the thread, once. What was posted before waits for it. */
  start(): void {
    if (this.#thread !== undefined || this.#isEnded) {
      return;
    }
    const thread = startThread("task-thread", { workerData: this.#data, name: "sleigh tasks" });
    this.#thread = thread;
    let failure: Error | undefined;
    thread.on("message", (message: FromTaskThread) => this.#heard(message));
    thread.on("error", (error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    thread.on("exit", (code) => {
      this.takeResults();
      this.#events.ended(code, failure);
    });
    this.#flushSoon();
  }

  /** Takes results of which it was not told yet. */
  takeResults(): void {
    this.#results.take(Infinity, this.#events.result);
  }

  #heard(message: FromTaskThread): void {
    this.takeResults();
    switch (message.kind) {
      case "results":
        break;
      case "done":
        this.#events.result(message.slot, message.elapsedMs, message.envelope);
        break;
      default:
        this.#events.message(message);
    }
  }

  /** What is posted in one turn travels together: waking a thread costs more than the rest. */
  post(message: ToTaskThread, transfer: readonly Transferable[] = []): void {
    if (WORK.has(message.kind)) {
      this.start();
    }
    this.#tellChunks();
    this.#posted.push(message);
    this.#transfer.push(...transfer);
    this.#flushSoon();
  }

  /** Has the thread run a TaskMessage. */
  run(slot: number, message: Encoded): void {
    this.start();
    const { descriptor, bytes } = message;
    if (this.#chunks.put(slot, descriptor, bytes)) {
      this.#untold++;
      this.#flushSoon();
    } else {
      const [own, transfer] = toPost(bytes);
      this.post({ kind: "run", slot, message: { descriptor, bytes: own }, suspect: undefined }, transfer);
    }
  }

  #tellChunks(): void {
    if (this.#untold > 0) {
      this.#posted.push({ kind: "chunks", count: this.#untold });
      this.#untold = 0;
    }
  }

  #flushSoon(): void {
    if (!this.#isFlushComing) {
      this.#isFlushComing = true;
      process.nextTick(this.#flush);
    }
  }

  readonly #flush = (): void => {
    this.#isFlushComing = false;
    this.#tellChunks();
    if (this.#thread === undefined || this.#posted.length === 0) {
      return;
    }
    this.#thread.postMessage(this.#posted, this.#transfer);
    this.#posted = [];
    this.#transfer = [];
  };

  /** Ends it, whatever it does. False: it does not end, being in a call that the engine cannot interrupt. */
  async end(withinMs: number): Promise<boolean> {
    this.#isEnded = true;
    if (this.#thread === undefined) {
      return true;
    }
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), withinMs)));
    const ended = this.#thread.terminate().then(() => true);
    try {
      return await Promise.race([ended, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
