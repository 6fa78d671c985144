import { FUZZER } from "./fuzzer.ts";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogSizes } from "../../../src/log/index.ts";
import { Server } from "../../../src/server/server.ts";
import { request } from "../../conformance/hostile/classic-bytes.ts";
import { SimulatedDisk } from "../../log/simulated-disk.ts";
import { Random } from "../../log/simulation.ts";
import { FuzzSocket } from "./fuzz-socket.ts";
import { ManualClock } from "./manual-clock.ts";

/** Small, so that there are several files, and a snapshot. */
const LOG_SIZES: LogSizes = { segmentBytes: 1024, snapshotBytes: 2500 };
const MOST_TURNS = 6000;
const PATIENT_TURNS = 500;

export type Files = ReadonlyMap<string, Uint8Array>;

/** A server on a disk in memory, one turn after the other. */
export class FolderServer {
  readonly server: Server;
  readonly disk: SimulatedDisk;
  readonly bugs: unknown[] = [];
  readonly #clock = new ManualClock();

  /** `folder`: where large values would be, in the real file system. */
  constructor(folder: string, files: Files) {
    const time = {
      random: new Random(1),
      soon: (task: () => void) => this.#clock.soon(task),
      stop: () => undefined,
      pass: () => undefined,
    };
    this.disk = new SimulatedDisk(time, files);
    const ignore = (): void => undefined;
    this.server = new Server({
      version: "fuzzed",
      clock: this.#clock,
      seed: 1,
      data: { folder, durability: "fsync", disk: this.disk, logSizes: LOG_SIZES },
      logger: { debug: ignore, info: ignore, warn: ignore, error: (details) => void this.bugs.push(details) },
    });
  }

  connect(): FuzzSocket {
    const socket = new FuzzSocket();
    this.server.acceptStream(socket, FUZZER);
    return socket;
  }

  /** What has happened when nothing is left to be done for it. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    for (let turn = 0; !isSettled; turn++) {
      if (turn > MOST_TURNS) {
        throw new Error("it does not come to its end");
      }
      // (The real file system is waited for, too.)
      await new Promise((resolve) => (turn < PATIENT_TURNS ? setImmediate(resolve) : setTimeout(resolve, 5)));
      this.#clock.runSoon();
      if (turn > 20) {
        this.#clock.pass(100);
      }
    }
    return promise;
  }

  async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#clock.runSoon();
    }
  }
}

export async function makeValuesFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nws-fuzz-"));
  await mkdir(join(folder, "values"));
  return folder;
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true });
}

/** The files that servers have made which were used, killed and stopped: several logs, a snapshot. */
export async function genuineFiles(folder: string): Promise<Map<string, Uint8Array>> {
  const first = new FolderServer(folder, new Map());
  await first.until(first.server.load());
  const client = first.connect();
  client.send(Buffer.concat([Buffer.from("1111"), request("open ws", "kept", "label", "yes")]));
  for (let i = 0; i < 40; i++) {
    client.send(
      Buffer.concat([request("store", "kept", `x${i % 3}`, "1", `value ${i}`), request("fetchTry", "kept", "x1")]),
    );
    await first.turns(4);
  }
  client.send(request("declare var", "kept", "one", "single"));
  await first.turns(20);
  // (Killed.)
  const second = new FolderServer(folder, first.disk.files);
  await second.until(second.server.load());
  const other = second.connect();
  other.send(
    Buffer.concat([
      Buffer.from("1111"),
      request("open ws", "kept", "", "yes"),
      request("store", "kept", "y", "1", "again"),
    ]),
  );
  await second.turns(20);
  await second.until(second.server.stop());
  return second.disk.files;
}
