import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { hotLoop } from "../contenders/pools/hot-loop.ts";
import { timePrimes } from "../contenders/pools/primes.ts";
import { range, Sleigh } from "../../src/sleigh/index.ts";
import { serveCalls } from "../harness/calls.ts";

/** A program that uses Sleigh, for what other pools do not have. Each call answers with milliseconds or a rate. */

declare global {
  var benchBytes: Uint8Array;
}

interface Start {
  readonly port: number;
  readonly workers: number;
}

const sleighs = new Map<number, Sleigh>();
let isExported = false;

async function withWorkers(count: number): Promise<Sleigh> {
  let sleigh = sleighs.get(count);
  if (sleigh === undefined) {
    sleigh = new Sleigh({ workerCount: count });
    sleighs.set(count, sleigh);
    await sleigh.workerInfo();
  }
  return sleigh;
}

const uses = (x: number): number => x + (benchBytes[x] ?? 0) + benchBytes.length;
const usesNot = (x: number): number => x;

const calls = {
  async primes({
    workers,
    limit,
    chunk,
  }: {
    readonly workers: number;
    readonly limit: number;
    readonly chunk: number;
  }): Promise<number> {
    return timePrimes(await withWorkers(workers), limit, chunk);
  },

  /** From `new Sleigh` until all have joined, with a server that runs. */
  async workersReady({ port, workers }: Start): Promise<number> {
    const startedAt = performance.now();
    const sleigh = new Sleigh({ workerCount: workers, nwsPort: port, force: true });
    const { joined } = await sleigh.status({ timeout: 60_000 });
    const ms = performance.now() - startedAt;
    await sleigh.stop();
    if (joined !== workers) {
      throw new Error(`${joined} workers of ${workers} have joined`);
    }
    return ms;
  },

  /** The same for processes that import the client and connect. */
  async forksReady({ port, workers, file }: Start & { readonly file: string }): Promise<number> {
    const startedAt = performance.now();
    const children = Array.from({ length: workers }, (): ChildProcess => fork(file, [String(port)]));
    await Promise.all(children.map((child) => once(child, "message")));
    const ms = performance.now() - startedAt;
    for (const child of children) {
      child.disconnect();
    }
    await Promise.all(children.map((child) => once(child, "exit")));
    return ms;
  },

  /** Tasks that use what was exported once, or do not. */
  async exported({
    bytes,
    tasks,
    times,
    used,
  }: {
    readonly bytes: number;
    readonly tasks: number;
    readonly times: number;
    readonly used: boolean;
  }): Promise<number> {
    const sleigh = await withWorkers(2);
    if (!isExported) {
      await sleigh.export("benchBytes", new Uint8Array(bytes).fill(1));
      await sleigh.eachWorker(() => benchBytes.length);
      isExported = true;
    }
    const startedAt = performance.now();
    for (let i = 0; i < times; i++) {
      const results = await sleigh.eachElem(used ? uses : usesNot, range(0, tasks), [], { chunkSize: 1 });
      if (!results.every((result, i) => result === (used ? i + 1 + bytes : i))) {
        throw new Error("wrong results");
      }
    }
    return performance.now() - startedAt;
  },

  /** Rounds a millisecond of a loop: here, in its module, or shipped to a worker. */
  async hotLoop({ rounds, shipped }: { readonly rounds: number; readonly shipped: boolean }): Promise<number> {
    if (!shipped) {
      return hotLoop(rounds);
    }
    const [rate] = await (await withWorkers(1)).eachWorker(hotLoop, rounds);
    return rate!;
  },

  async close(): Promise<void> {
    await Promise.all([...sleighs.values()].map((sleigh) => sleigh.stop()));
  },
};

export type SleighCalls = typeof calls;

serveCalls(calls);
