import { parentPort, workerData } from "node:worker_threads";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Fuzz } from "./fuzz.ts";
import type { Target } from "./target.ts";

/** So often it is told how far it is. */
const REPORT_MS = 500;
const GC_MS = 10_000;

/** What the supervisor gives. */
export interface Orders {
  readonly seed: number;
  /** 0: no limit. */
  readonly runs: number;
  readonly ms: number;
  readonly blockCount: number;
  readonly corpusFolder: string;
  /** Where the input that is being tried lies, for whoever finds this thread dead: u32 length, bytes. */
  readonly trying: SharedArrayBuffer;
  /** Tries this input, and nothing else. */
  readonly replay: Uint8Array | undefined;
}

export interface Report {
  readonly inputs: number;
  readonly corpus: number;
  readonly blocks: number;
  /** In use after a garbage collection, when that was looked at last, in bytes; at first, and now. */
  readonly heapFirst: number;
  readonly heapNow: number;
  readonly isDone: boolean;
}

export type Message =
  | { readonly kind: "report"; readonly report: Report }
  | { readonly kind: "failure"; readonly input: Uint8Array; readonly error: string };

/** The life of a thread that fuzzes one target. */
export async function work(target: Target): Promise<void> {
  const orders = workerData as Orders;
  const say = (message: Message): void => parentPort!.postMessage(message);
  const failed = (input: Uint8Array, error: unknown): void => say({ kind: "failure", input, error: textOf(error) });
  if (orders.replay !== undefined) {
    await replay(target, orders.replay, failed);
    return;
  }
  // Most inputs end in an error, of which nobody wants to know where it was made.
  Error.stackTraceLimit = 0;
  const lengthOf = new Uint32Array(orders.trying, 0, 1);
  const shared = new Uint8Array(orders.trying, 4);
  const endsAt = performance.now() + orders.ms;
  const heap = new HeapLook();
  let reportAt = 0;
  let count = 0;
  const report = (isDone: boolean): void => {
    const { corpus, coverage, inputs } = fuzz;
    const { first: heapFirst, now: heapNow } = heap;
    say({
      kind: "report",
      report: { inputs, corpus: corpus.count, blocks: coverage.blockCount, heapFirst, heapNow, isDone },
    });
  };
  const fuzz = new Fuzz(target, {
    seed: orders.seed,
    runs: orders.runs === 0 ? Infinity : orders.runs,
    blockCount: orders.blockCount,
    folder: orders.corpusFolder,
    failed,
    trying: (input) => {
      lengthOf[0] = input.length;
      shared.set(input);
    },
    goesOn: () => {
      if ((++count & 15) !== 0) {
        return true;
      }
      const now = performance.now();
      if (now >= reportAt) {
        reportAt = now + REPORT_MS;
        heap.look(now);
        report(false);
      }
      return now < endsAt;
    },
  });
  await fuzz.run();
  heap.look(Infinity);
  report(true);
}

async function replay(
  target: Target,
  input: Uint8Array,
  failed: (input: Uint8Array, error: unknown) => void,
): Promise<void> {
  const attempt = await target.start();
  try {
    await attempt.attempt(input);
    await attempt.check?.();
  } catch (error) {
    failed(input, error);
  }
  await attempt.stop?.();
}

class HeapLook {
  first = 0;
  now = 0;
  readonly #gc: () => void;
  #nextAt = 0;

  constructor() {
    setFlagsFromString("--expose-gc");
    this.#gc = runInNewContext("gc") as () => void;
  }

  look(now: number): void {
    if (now >= this.#nextAt) {
      this.#gc();
      const { heapUsed, external } = process.memoryUsage();
      this.now = heapUsed + external;
      // (The first look comes before anything has been tried.)
      this.first = this.#nextAt === 0 ? 0 : this.first === 0 ? this.now : this.first;
      this.#nextAt = now + GC_MS;
    }
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause === undefined ? "" : `\ncaused by ${textOf(error.cause)}`;
  return (error.stack ?? String(error)) + cause;
}
