import { NwsServer } from "networkspaces";
import type { Vars } from "./vars.ts";
import { Workers } from "./workers.ts";

export interface PrimesOptions {
  /** How many worker processes. */
  readonly workerCount: number;
  /** The primes below this are found; at least 3. */
  readonly limit: number;
  /** How many numbers a task has; even, so that every task begins with an odd one. */
  readonly chunkLength: number;
  /** Ends the search, and the workers with it. */
  readonly signal?: AbortSignal;
}

export interface Primes {
  readonly primes: readonly number[];
  /** From when all workers were ready to the last result. */
  readonly seconds: number;
}

/** The master: finds all primes below `limit` with worker processes of its own. NWS_SERVER_PORT says where the server is. */
export async function findPrimes({ workerCount, limit, chunkLength, signal }: PrimesOptions): Promise<Primes> {
  await using server = new NwsServer();
  await using ws = await server.openTempWs<Vars>("primes %d");
  await ws.store("prime parameters", { limit, chunkLength });

  await using workers = new Workers(workerCount, new URL("worker.ts", import.meta.url), [ws.name], signal);
  await workers.ready;

  const startedAt = performance.now();
  const starts = Array.from({ length: Math.ceil((limit - 3) / chunkLength) }, (_, i) => 3 + i * chunkLength);
  await ws.storeAll("tasks", starts);

  const found = new Map<number, readonly number[]>();
  while (found.size < starts.length) {
    const { start, primes } = await workers.guard(ws.fetch("results"));
    found.set(start, primes);
  }
  const seconds = (performance.now() - startedAt) / 1000;

  return { primes: [2, ...starts.flatMap((start) => found.get(start) ?? [])], seconds };
}
