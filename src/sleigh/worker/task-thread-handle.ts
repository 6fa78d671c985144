import type { Transferable, Worker } from "node:worker_threads";
import { SharedState } from "./shared-state.ts";
import { startThread } from "./thread-entry.ts";
import type { FromTaskThread, TaskThreadData, ToTaskThread } from "./thread-messages.ts";

export interface TaskThreadEvents {
  readonly message: (message: FromTaskThread) => void;
  /** It ended by itself. `error`: what it could not survive. */
  readonly ended: (code: number, error: Error | undefined) => void;
}

/** The session thread's hold on the task thread. */
export class TaskThreadHandle {
  readonly shared = new SharedState();
  readonly #thread: Worker;
  #posted: ToTaskThread[] = [];
  #transfer: Transferable[] = [];

  constructor(data: Omit<TaskThreadData, "kind" | "shared">, events: TaskThreadEvents) {
    const workerData: TaskThreadData = { ...data, kind: "sleigh task thread", shared: this.shared.buffer };
    this.#thread = startThread("task-thread", { workerData, name: "sleigh tasks" });
    let failure: Error | undefined;
    this.#thread.on("message", events.message);
    this.#thread.on("error", (error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    this.#thread.on("exit", (code) => events.ended(code, failure));
  }

  /** What is posted in one turn travels together: waking a thread costs more than the rest. */
  post(message: ToTaskThread, transfer: readonly Transferable[] = []): void {
    if (this.#posted.push(message) === 1) {
      process.nextTick(this.#flush);
    }
    this.#transfer.push(...transfer);
  }

  readonly #flush = (): void => {
    this.#thread.postMessage(this.#posted, this.#transfer);
    this.#posted = [];
    this.#transfer = [];
  };

  /** Ends it, whatever it does. False: it does not end, being in a call that the engine cannot interrupt. */
  async end(withinMs: number): Promise<boolean> {
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
