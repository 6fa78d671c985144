import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** So many deaths are chance; one more, and something is wrong with the workers. */
const bearableDeaths = 3;

/** Worker processes that all run one program. Each says "ready" when it is. One that dies is replaced. */
export class Workers implements AsyncDisposable {
  /** Resolves when all are ready. */
  readonly ready: Promise<unknown>;
  readonly #program: URL;
  readonly #args: readonly string[];
  readonly #alive = new Set<ChildProcess>();
  /** Rejects when there is no hope: too many died, or the signal was aborted. */
  readonly #failed: Promise<never>;
  #fail!: (reason: unknown) => void;
  #deaths = 0;
  #isOver = false;

  constructor(count: number, program: URL, args: readonly string[], signal: AbortSignal | undefined) {
    this.#program = program;
    this.#args = args;
    this.#failed = new Promise<never>((_, reject) => (this.#fail = reject));
    this.#failed.catch(() => (this.#isOver = true));
    if (signal?.aborted === true) {
      this.#fail(signal.reason);
    }
    signal?.addEventListener("abort", () => this.#fail(signal.reason), { once: true });
    this.ready = this.guard(Promise.all(Array.from({ length: count }, () => this.#start())));
  }

  /** The same promise; but it rejects when there is no hope that the workers bring it about. */
  guard<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#failed]);
  }

  /** Lets them go, and waits until they have gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(
      [...this.#alive].map((worker) => {
        const exit = once(worker, "exit");
        worker.kill();
        return exit;
      }),
    );
  }

  #start(): Promise<void> {
    const worker = fork(this.#program, this.#args);
    this.#alive.add(worker);
    return new Promise((resolve, reject) => {
      worker.once("message", () => resolve());
      worker.once("error", reject);
      worker.once("exit", (code, signal) => {
        this.#alive.delete(worker);
        if (this.#isOver) {
          return;
        }
        const how = signal ?? `exit code ${code}`;
        if (++this.#deaths > bearableDeaths) {
          this.#fail(new Error(`${this.#deaths} workers died, the last one with ${how}`));
          return;
        }
        console.error(`worker ${worker.pid} died (${how}); another takes its place`);
        this.#start().then(resolve, reject);
      });
    });
  }
}
