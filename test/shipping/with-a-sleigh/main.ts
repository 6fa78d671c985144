// A user's program: runs the cases that lie beside it with a real sleigh, and prints what each returned.
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { explicit, ref, ShippingError, Sleigh, SleighTaskError, type SleighPending } from "networkspaces/sleigh";
// @ts-expect-error The test puts it here.
import { cases as all } from "./cases.ts";

type Fn = (...args: unknown[]) => unknown;
const cases: Readonly<Record<string, (lab: SleighLab) => unknown>> = all as never;
const {
  workingDir,
  launch,
  without = [],
} = JSON.parse(process.argv[2]!) as {
  readonly workingDir: string;
  readonly launch: "local" | "threads" | "web";
  /** Cases that are left out. */
  readonly without?: readonly string[];
};

/** What the fixtures call a lab, made of what users have. */
class SleighLab {
  readonly ref = ref;
  readonly explicit = explicit;
  readonly sentBytes = 0;
  readonly #sleigh: Sleigh;
  readonly #warnings: string[];

  constructor(sleigh: Sleigh, warnings: string[]) {
    this.#sleigh = sleigh;
    this.#warnings = warnings;
  }

  run(fn: Fn, ...args: unknown[]): Promise<unknown> {
    return this.runWith({}, fn, ...args);
  }

  async runWith({ fresh = false }: { readonly fresh?: boolean }, fn: Fn, ...args: unknown[]): Promise<unknown> {
    const options = { freshModules: fresh };
    const lists = args.map((arg) => [arg]);
    const pending: PromiseLike<unknown[]> =
      args.length === 0
        ? this.#sleigh.eachWorkerWith(options, fn)
        : this.#sleigh.eachElem(fn as (...args: never[]) => unknown, lists, [], options);
    try {
      return (await pending)[0];
    } catch (error) {
      throw error instanceof SleighTaskError ? (error.cause as Error) : error;
    }
  }

  refusal(fn: Fn): Promise<string> {
    return this.#refused(() => this.#sleigh.eachWorkerWith({ replay: false }, fn));
  }

  refusalOfValue(value: unknown): Promise<string> {
    return this.#refused(() => this.#sleigh.eachElem((x: unknown) => typeof x, [[value]]));
  }

  async warningsOf(fn: Fn): Promise<readonly string[]> {
    this.#warnings.length = 0;
    await this.#sleigh.eachWorkerWith({ replay: false }, fn);
    return [...this.#warnings];
  }

  /** The message of a refusal; that nothing was sent is part of it. */
  async #refused(call: () => SleighPending<unknown>): Promise<string> {
    const before = await this.#parts();
    const pending = call();
    try {
      await pending;
    } catch (error) {
      const sent = before !== (await this.#parts());
      return `${error instanceof ShippingError ? error.message : "it was sent"}${sent ? " (after something was sent)" : ""}`;
    }
    return "it was sent";
  }

  /** How many parts of shipped functions are in the sleigh's workspace. */
  async #parts(): Promise<number> {
    return (await this.#sleigh.nws.listVars()).filter(({ name }) => name.startsWith("part ")).length;
  }
}

async function main(): Promise<void> {
  const warnings: string[] = [];
  const s = new Sleigh({
    workerCount: 1,
    launch,
    ...(launch === "local" && { workingDir }),
    onWarning: (text) => warnings.push(text),
  });
  const results: Record<string, unknown> = {};
  if (launch === "web") {
    process.stderr.write(`${await s.nws.find<string>("runMe")}\n`);
    while ((await s.status()).joined === 0) {
      await setTimeout(20);
    }
    await s.nws.deleteVar("deleteMeWhenAllWorkersStarted");
  }
  try {
    const lab = new SleighLab(s, warnings);
    for (const [name, run] of Object.entries(cases)) {
      if (!without.includes(name)) {
        results[name] = await Promise.resolve()
          .then(() => run(lab))
          .then(
            (value) => ({ value }),
            (error: unknown) => ({ error: inspect(error) }),
          );
      }
    }
  } finally {
    await s.stop();
  }
  process.stdout.write(JSON.stringify(results));
}

void main();
