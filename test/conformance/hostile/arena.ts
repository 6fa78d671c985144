import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Bystander } from "./bystander.ts";
import { RawClient, patienceMs } from "./raw-client.ts";
import { ServerProcess, type Memory } from "./server-process.ts";

const MIB = 1_048_576;

// What a server may keep in use after an attack, and be resident with while it lasts, more than before all attacks. (How
// soon pages that are not in use go back to the system is the affair of V8, and differs from Node to Node: 24 keeps those of
// 65 536 variables for a while.) Neither has room for a queue of unread replies or for an announced length.
const keptLimitBytes = 64 * MIB;
const peakLimitBytes = 512 * MIB;

// An exchange of a bystander is two requests and takes less than a millisecond; this machine may be busy with the
// attack itself, whose bytes are made in the same process as the bystander.
const slowestExchangeMs = 10_000;

/** Does something with each item, `width` of them at a time. */
export async function inWaves<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items].reverse();
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Integers from 0. */
export function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}

/** (`external` has the array buffers in it.) */
const inUse = ({ heapUsed, external }: Memory): number => heapUsed + external;

/** A server for a file of attacks. See `useArena`. */
export class Arena {
  #server: ServerProcess | undefined;
  #before: Memory | undefined;

  get server(): ServerProcess {
    if (this.#server === undefined) {
      throw new Error("the server has not started");
    }
    return this.#server;
  }

  get port(): number {
    return this.server.port;
  }

  async start(): Promise<void> {
    this.#server = await ServerProcess.start();
    const warm = [await Bystander.start(this.port, "classic"), await Bystander.start(this.port, "multiplexed")];
    await Promise.all(warm.map((bystander) => bystander.more(2_000)));
    await Promise.all(warm.map((bystander) => bystander.stop(slowestExchangeMs)));
    this.#before = await this.#server.memory();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  /** Sends bytes and the end on a connection of their own. The server must close, whatever else it answers. */
  async throw(bytes: Uint8Array | string, what: string): Promise<Buffer> {
    using client = await RawClient.connect(this.port);
    client.send(bytes);
    client.endSending();
    return await client.untilEnd(what);
  }

  /** The server lives, is quiet, and its memory is (or soon gets) back within bounds. */
  async checkHealth(): Promise<void> {
    const before = this.#before!;
    const deadline = performance.now() + patienceMs;
    let memory = await this.server.memory();
    while (inUse(memory) - inUse(before) > keptLimitBytes && performance.now() < deadline) {
      memory = await this.server.memory();
    }
    expect(this.server.isAlive).toBe(true);
    expect(this.server.stderr).toBe("");
    expect((inUse(memory) - inUse(before)) / MIB, "MiB kept").toBeLessThan(keptLimitBytes / MIB);
    expect((memory.peakRss - before.peakRss) / MIB, "MiB at the peak").toBeLessThan(peakLimitBytes / MIB);
  }
}

/**
 * A server in its own process for the tests of this file. During each test a client of each protocol stores and
 * fetches; after each, those must have been served all the time and the server's memory must be within bounds.
 */
export function useArena(): Arena {
  const arena = new Arena();
  let bystanders: readonly Bystander[] = [];
  beforeAll(() => arena.start());
  afterAll(() => arena.stop());
  beforeEach(async () => {
    bystanders = [await Bystander.start(arena.port, "classic"), await Bystander.start(arena.port, "multiplexed")];
  });
  afterEach(async () => {
    await Promise.all(bystanders.map((bystander) => bystander.more(20)));
    await Promise.all(bystanders.map((bystander) => bystander.stop(slowestExchangeMs)));
    await arena.checkHealth();
  });
  return arena;
}
