import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Joining } from "./joining.ts";
import type { LaunchedWorker, OutputStream, WorkerExit } from "./launched-worker.ts";
import { OutputTail } from "./output-tail.ts";
import { localLine } from "./quoting.ts";
import type { WorkerStart } from "./start-process.ts";
import type { ThreadToLaunch } from "./threads.ts";
import { formatSecret } from "./worker-secret.ts";

export function startThread(thread: ThreadToLaunch, start: WorkerStart): LaunchedWorker {
  return new LaunchedThread(thread, start);
}

class LaunchedThread implements LaunchedWorker {
  readonly pid = undefined;
  readonly description: string;
  readonly exited: Promise<WorkerExit>;
  readonly #thread: Worker;
  readonly #start: WorkerStart;
  readonly #tail = new OutputTail();
  readonly #joining: Joining;

  constructor({ script, args, env }: ThreadToLaunch, start: WorkerStart) {
    this.#start = start;
    this.description = localLine([script, ...args]);
    this.#thread = new Worker(script, {
      argv: [...args],
      env: { ...process.env, ...env },
      stdin: true,
      name: `sleigh worker ${start.plan.rank}`,
    });
    this.#joining = new Joining({
      plan: start.plan,
      description: this.description,
      queued: false,
      output: () => this.output,
      onTimeout: () => this.kill(),
    });
    const listened = Promise.all([this.#listen("stdout"), this.#listen("stderr")]);
    this.exited = this.#watch(listened);
    this.#thread.stdin?.end(formatSecret(start.secret));
    this.#thread.unref();
  }

  get ready(): Promise<void> {
    return this.#joining.ready;
  }

  get output(): string {
    return this.#tail.text;
  }

  joined(): void {
    this.#joining.joined();
  }

  kill(): void {
    void this.#thread.terminate();
  }

  ref(): void {
    this.#thread.ref();
  }

  unref(): void {
    this.#thread.unref();
    this.#joining.unref();
  }

  async #watch(listened: Promise<unknown>): Promise<WorkerExit> {
    // What nobody caught in the thread. It ends after that, with code 1.
    this.#thread.on("error", (error: unknown) => {
      this.#tail.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    });
    const code = await new Promise<number>((resolve) => this.#thread.once("exit", resolve));
    await listened;
    const exit = { code, signal: null, output: this.output };
    this.#joining.ended(exit);
    return exit;
  }

  async #listen(name: OutputStream): Promise<void> {
    const stream = this.#thread[name];
    // Not with the options `stdout` and `stderr`: a thread with these holds the program for as long as it is read, whatever `unref` says.
    stream.unpipe(process[name]);
    stream.setEncoding("utf8").on("data", (text: string) => {
      this.#tail.write(text);
      try {
        this.#start.onOutput?.(name, text);
      } catch {
        // As promised: a listener's error is its own.
      }
    });
    stream.resume();
    await once(stream, "end");
  }
}
