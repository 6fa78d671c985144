import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Bundle } from "./bundle.ts";
import { nameOf } from "./corpus.ts";
import type { StateFolder } from "./state.ts";
import type { Message, Orders, Report } from "./worker.ts";

/** A thread that has said nothing while it worked for so long hangs (others may keep it from working: that is no matter); */
const HANG_CPU_MS = 20_000;
/** so does one that has said nothing for so long and did next to nothing. */
const IDLE_MS = 120_000;
const IDLE_CPU_MS = 200;
const WATCH_MS = 1000;
const MAX_HEAP_MIB = 1024;
const LONGEST_INPUT_BYTES = 2 ** 20;
/** A heap that is so much larger after than before has grown. */
const MOST_GROWTH_BYTES = 64 * 2 ** 20;

export interface Slice {
  readonly name: string;
  readonly bundle: Bundle;
  readonly seed: number;
  /** 0: no limit. */
  readonly runs: number;
  readonly ms: number;
  readonly say: (line: string) => void;
}

export interface SliceOutcome {
  readonly inputs: number;
  /** Different ones. */
  readonly failures: number;
}

/** Fuzzes one target for a while, in a thread of its own: one that dies or hangs has found something, too. The counts go into `folder`. */
export async function fuzzSlice(folder: StateFolder, slice: Slice): Promise<SliceOutcome> {
  const { name, bundle } = slice;
  const before = folder.read(name);
  const startedAt = performance.now();
  let state = before;
  const failures = new Failures(folder.failuresOf(name), name, slice.say);
  const note = (report: Report): void => {
    state = {
      inputs: before.inputs + report.inputs,
      seconds: before.seconds + (performance.now() - startedAt) / 1000,
      corpus: report.corpus,
      blocks: report.blocks,
      blockCount: bundle.blockCount,
    };
    folder.write(name, state);
    const growth = report.heapNow - report.heapFirst;
    if (report.heapFirst > 0 && growth > MOST_GROWTH_BYTES) {
      failures.add(new Uint8Array(0), `Error: memory in use has grown by ${Math.round(growth / 2 ** 20)} MiB`);
    }
  };
  const { runs, ms } = slice;
  // Each run of a target goes on with other numbers.
  const seed = slice.seed + before.inputs;
  await runWorker(bundle, { seed, runs, ms, corpusFolder: folder.corpusOf(name) }, failures, note);
  return { inputs: state.inputs - before.inputs, failures: failures.count };
}

/** Tries the input of a failure again; returns what is wrong. */
export async function replay(bundle: Bundle, input: Uint8Array): Promise<readonly string[]> {
  const errors: string[] = [];
  const orders = { seed: 0, runs: 0, ms: 0, corpusFolder: "", replay: input };
  await runWorker(bundle, orders, { add: (_input, error) => errors.push(error) }, () => undefined);
  return errors;
}

async function runWorker(
  bundle: Bundle,
  orders: Partial<Orders>,
  failures: { add(input: Uint8Array, error: string): void },
  note: (report: Report) => void,
): Promise<void> {
  const trying = new SharedArrayBuffer(4 + LONGEST_INPUT_BYTES);
  const worker = new Worker(bundle.file, {
    workerData: { replay: undefined, ...orders, blockCount: bundle.blockCount, trying },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
    execArgv: ["--enable-source-maps"],
  });
  const tried = (): Uint8Array => new Uint8Array(trying, 4, new Uint32Array(trying, 0, 1)[0]).slice();
  let heard = { at: performance.now(), cpuMs: cpuMs() };
  const watch = setInterval(() => {
    const workedMs = cpuMs() - heard.cpuMs;
    const isIdle = performance.now() - heard.at > IDLE_MS && workedMs < IDLE_CPU_MS;
    if (workedMs > HANG_CPU_MS || isIdle) {
      failures.add(tried(), `Error: it ${isIdle ? "waits for ever" : "hangs"}`);
      void worker.terminate();
    }
  }, WATCH_MS);
  worker.on("message", (message: Message) => {
    heard = { at: performance.now(), cpuMs: cpuMs() };
    if (message.kind === "report") {
      note(message.report);
    } else {
      failures.add(message.input, message.error);
    }
  });
  worker.on("error", (error) => failures.add(tried(), `the thread has died: ${error.stack ?? String(error)}`));
  await new Promise((resolve) => worker.once("exit", resolve));
  clearInterval(watch);
}

/** What this process, all threads together, has worked. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Writes what has failed into files: the input, and what was wrong with it. Each failure once. */
class Failures {
  count = 0;
  readonly #folder: string;
  readonly #target: string;
  readonly #say: (line: string) => void;
  readonly #known = new Set<string>();

  constructor(folder: string, target: string, say: (line: string) => void) {
    this.#folder = folder;
    this.#target = target;
    this.#say = say;
  }

  add(input: Uint8Array, error: string): void {
    const kind = kindOf(error);
    if (this.#known.has(kind)) {
      return;
    }
    this.#known.add(kind);
    this.count++;
    mkdirSync(this.#folder, { recursive: true });
    const file = join(this.#folder, `${nameOf(input)}.bin`);
    writeFileSync(file, input);
    const again = `npm run fuzz -- ${this.#target} --replay ${file}`;
    writeFileSync(file.replace(/\.bin$/, ".txt"), `${again}\n\n${error}\n`);
    this.#say(`${this.#target}: FAILURE ${error.split("\n")[0] ?? ""}\n  again: ${again}`);
  }
}

/** Failures with the same message, numbers apart, at the same place are one. */
function kindOf(error: string): string {
  const [message = "", ...frames] = error.split("\n");
  return message.replace(/\d+/g, "0").slice(0, 100) + (frames.find((frame) => frame.includes("/src/")) ?? "");
}
