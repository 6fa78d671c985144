import { parentPort, workerData } from "node:worker_threads";
import { decode, type Encoded } from "../../codec/index.ts";
import { markInsideWorker } from "../launchers/guards.ts";
import {
  CALL_CHUNK,
  type CallMessage,
  type ExportMessage,
  type ResultMessage,
  type TaskFailure,
  type TaskMessage,
  type UnexportMessage,
  Variables,
} from "../messages.ts";
import { decodeMessage } from "../message-codec.ts";
import { Sealer } from "../seal.ts";
import { argumentsOf, type ArgumentLists } from "./arguments-of.ts";
import { type Chunk, ChunkRunner, type Outcome } from "./chunk-runner.ts";
import { TaskContext } from "./context.ts";
import { globalProperty, type Job, JobTable } from "./job.ts";
import { installGlobals } from "./globals.ts";
import { OutputCapture } from "./output-capture.ts";
import { sealValues } from "./seal-values.ts";
import type { Realm } from "../shipping/rebuild/realm.ts";
import { SharedRing } from "./shared-ring.ts";
import { SharedState } from "./shared-state.ts";
import { ShippedValues } from "./shipped-values.ts";
import { describeThrown } from "./task-error.ts";
import { type FromTaskThread, type TaskThreadData, toPost, type ToTaskThread } from "./thread-messages.ts";

/*
 * The thread that runs tasks, of a worker process (whose main thread has the session, session-thread.ts) or of a worker that is
 * a thread itself. It computes as long as it likes: nobody waits for it to answer.
 */

type Run = Extract<ToTaskThread, { readonly kind: "run" | "replay" }>;
type Queued = Run | Extract<ToTaskThread, { readonly kind: "export" }>;

/** Results of chunks that were quicker than `QUICK_MS` wait for each other, but not longer than `TOGETHER_MS`. */
const QUICK_MS = 0.2;
const TOGETHER_MS = 0.5;

class TaskThread {
  readonly #data: TaskThreadData;
  readonly #shared: SharedState;
  readonly #sealer: Sealer;
  readonly #output = new OutputCapture((stream, text) => this.#post({ kind: "output", stream, text }));
  readonly #shipped: ShippedValues;
  readonly #jobs: JobTable;
  readonly #context: TaskContext;
  readonly #runner: ChunkRunner;
  readonly #chunks: SharedRing;
  readonly #results: SharedRing;
  readonly #queue: Queued[] = [];
  /** Since when there are results in the ring that the session thread was not told of. */
  #untoldSince: number | undefined;
  #isTellScheduled = false;
  /** Something was posted that the next result must not overtake. */
  #hasSpoken = false;
  #isBusy = false;
  /** Lets the next task of a suspect chunk begin. */
  #start: (() => void) | undefined;

  constructor(data: TaskThreadData) {
    this.#data = data;
    this.#shared = new SharedState(data.shared);
    this.#chunks = new SharedRing(data.chunks);
    this.#results = new SharedRing(data.results);
    this.#sealer = new Sealer(data.key, data.sleigh);
    this.#shipped = new ShippedValues(data.modulePath[0]);
    this.#jobs = new JobTable(this.#shipped);
    this.#context = new TaskContext(data.sleigh, this.#shared);
    this.#runner = new ChunkRunner(this.#context, this.#shared, this.#output);
  }

  start(): void {
    this.#output.install();
    markInsideWorker();
    process.on("uncaughtException", (error) => this.#uncaught(error));
    process.on("exit", () => this.#output.flush());
    parentPort!.on("message", (messages: readonly ToTaskThread[]) => {
      for (const message of messages) {
        this.#receive(message);
      }
    });
  }

  #receive(message: ToTaskThread): void {
    switch (message.kind) {
      case "begin": {
        const { sleigh, host, port, serverToken, tls, durability } = this.#data;
        this.#context.rank = message.rank;
        this.#context.workerCount = message.workerCount;
        const { userWs } = message;
        installGlobals({ sleigh, host, port, serverToken, tls, durability, userWs, context: this.#context });
        break;
      }
      case "count":
        this.#context.workerCount = message.workerCount;
        globalThis.SleighWorkerCount = message.workerCount;
        break;
      case "parts":
        this.#shipped.add(message.parts);
        break;
      case "start":
        this.#start?.();
        break;
      case "stop":
        this.#context.checkStop();
        break;
      case "chunks":
        this.#chunks.take(message.count, this.#enqueue);
        this.#workOn();
        break;
      case "run":
      case "replay":
      case "export":
        this.#queue.push(message);
        this.#workOn();
        break;
      default:
        message satisfies never;
    }
  }

  readonly #enqueue = (slot: number, descriptor: number, bytes: Uint8Array): void => {
    this.#queue.push({ kind: "run", slot, message: { descriptor, bytes }, suspect: undefined });
  };

  #workOn(): void {
    if (!this.#isBusy) {
      void this.#work();
    }
  }

  /** Does what is queued, in order. Never rejects. */
  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        await (next.kind === "export" ? this.#export(next.message) : this.#run(next));
      } catch (error) {
        const what = next.kind === "export" ? "a variable could not be set" : "a result could not be sent";
        this.#post({ kind: "trouble", text: what, error: describeThrown(error) });
      }
    }
    this.#isBusy = false;
  }

  async #run(run: Run): Promise<void> {
    const { slot } = run;
    if (!this.#shared.begin(slot)) {
      this.#post({ kind: "passed", slot });
      return;
    }
    const message = decodeMessage(run.message.descriptor, run.message.bytes) as TaskMessage | CallMessage;
    const count = message.kind === "call" ? 1 : message.count;
    let outcome: Outcome;
    let realm: Realm | undefined;
    try {
      const known = this.#jobs.job(message.job, message.spec);
      const job = known instanceof Promise ? await known : known;
      realm = job.realm;
      outcome = await this.#runner.run(await this.#chunkOf(run, message, job), job);
    } catch (error) {
      outcome = this.#failed(count, error);
    }
    if (run.kind === "replay") {
      this.#reportReplay(outcome);
      this.#post({ kind: "passed", slot });
      return;
    }
    let envelope: Uint8Array;
    try {
      envelope = this.#seal(message, outcome, realm);
    } catch (error) {
      // Whatever is the matter with them: the master waits for an answer.
      envelope = this.#seal(message, this.#failed(count, error), realm);
    }
    this.#done(slot, outcome.elapsedMs, envelope);
  }

  #done(slot: number, elapsedMs: number, envelope: Uint8Array): void {
    if (this.#hasSpoken || !this.#results.put(slot, elapsedMs, envelope)) {
      const [own, transfer] = toPost(envelope);
      this.#post({ kind: "done", slot, envelope: own, elapsedMs }, transfer);
      this.#hasSpoken = false;
      this.#untoldSince = undefined;
      return;
    }
    const now = performance.now();
    this.#untoldSince ??= now;
    if (this.#queue.length === 0 || elapsedMs > QUICK_MS || now - this.#untoldSince > TOGETHER_MS) {
      this.#tell();
    } else if (!this.#isTellScheduled) {
      // When the next task waits for something.
      this.#isTellScheduled = true;
      setImmediate(() => {
        this.#isTellScheduled = false;
        this.#tell();
      });
    }
  }

  #tell(): void {
    if (this.#untoldSince !== undefined) {
      this.#untoldSince = undefined;
      parentPort!.postMessage({ kind: "results" } satisfies FromTaskThread);
    }
  }

  #seal(message: TaskMessage | CallMessage, outcome: Outcome, realm: Realm | undefined): Uint8Array {
    const { failures, unrun, elapsedMs } = outcome;
    const { rank } = this.#context;
    const { token } = this.#data;
    const { job } = message;
    const chunk = message.kind === "call" ? CALL_CHUNK : message.chunk;
    return sealValues(
      (value) => this.#shipped.pack(value, realm),
      outcome.values,
      failures,
      (values) => {
        const result: ResultMessage = { kind: "result", job, chunk, rank, token, values, failures, unrun, elapsedMs };
        return this.#sealer.seal(Variables.results, result);
      },
    );
  }

  async #chunkOf(run: Run, message: TaskMessage | CallMessage, job: Job): Promise<Chunk> {
    const { fixed, spec } = job;
    const { slot } = run;
    const suspect = run.kind === "run" ? run.suspect : undefined;
    const lost = suspect?.lost ?? [];
    const announce = suspect === undefined ? undefined : (at: number) => this.#announce(slot, at);
    if (message.kind === "call") {
      const argsOf = argumentsOf({ lists: [[]], layout: "rows" }, fixed, spec.permute);
      return { slot, count: 1, lost, announce, argsOf, numberOf: () => this.#context.rank };
    }
    const { first, numbers, count, layout } = message;
    const unpacked = this.#shipped.unpack(message.args, job.realm);
    const lists = (unpacked instanceof Promise ? await unpacked : unpacked) as ArgumentLists["lists"];
    const numberOf = numbers === undefined ? (at: number) => first + at : (at: number) => numbers[at]!;
    return { slot, count, lost, announce, argsOf: argumentsOf({ lists, layout }, fixed, spec.permute), numberOf };
  }

  /** Resolves when the master knows that this task begins. */
  async #announce(slot: number, at: number): Promise<void> {
    this.#output.flush();
    this.#post({ kind: "starting", slot, at });
    await new Promise<void>((resolve) => (this.#start = resolve));
  }

  /** All tasks of a chunk fail when what they need cannot be made here. */
  #failed(count: number, thrown: unknown): Outcome {
    const error = describeThrown(thrown);
    const failures = Array.from({ length: count }, (_, at): TaskFailure => {
      return { at, reason: "threw", error, output: "", elapsedMs: 0 };
    });
    return { values: new Array<unknown>(count).fill(undefined), failures, unrun: [], elapsedMs: 0 };
  }

  #reportReplay({ failures }: Outcome): void {
    for (const { error } of failures) {
      this.#post({ kind: "trouble", text: "a call of before this worker's time failed", error });
    }
  }

  async #export(encoded: Encoded): Promise<void> {
    const message = decode(encoded.descriptor, encoded.bytes) as ExportMessage | UnexportMessage;
    if (message.kind === "unexport") {
      Reflect.deleteProperty(globalThis, message.name);
    } else {
      Object.defineProperty(globalThis, message.name, globalProperty(await this.#shipped.unpack(message.value)));
    }
  }

  /** Also a rejection that nobody handled. The thread goes on: other tasks may well not care. */
  #uncaught(error: unknown): void {
    if (!this.#runner.interrupt(error)) {
      this.#post({ kind: "trouble", text: "an exception that no task waited for", error: describeThrown(error) });
    }
  }

  #post(message: FromTaskThread, transfer?: readonly ArrayBuffer[]): void {
    this.#hasSpoken = true;
    parentPort!.postMessage(message, transfer);
  }
}

new TaskThread(workerData as TaskThreadData).start();
