import type { Clock, LogSizes } from "../../../src/log/index.ts";
import { Server } from "../../../src/server/server.ts";
import { type DiskTime, SimulatedDisk } from "../../log/simulated-disk.ts";
import type { Link } from "./link.ts";
import { settled, type World } from "./world.ts";

/** Small, so that even a short history has several files, and snapshots. */
const LOG_SIZES: LogSizes = { segmentBytes: 4096, snapshotBytes: 8192 };

/** One process of the server. */
export interface ServerRun {
  readonly number: number;
  readonly server: Server;
  readonly disk: SimulatedDisk;
  readonly time: ProcessTime;
  readonly links: Set<Link>;
  /** From then on its successor served. */
  replacedAt: number;
}

/** A server, its disk, and the processes that it is one after the other. */
export class Machine {
  /** The process that serves; undefined while there is none. */
  current: ServerRun | undefined;
  /** When each process served. */
  readonly services: { readonly from: number; to: number }[] = [];
  /** What nobody should ever see in a log. */
  readonly complaints: string[] = [];
  readonly #world: World;
  readonly #folder: string;
  readonly #durability: "fsync" | "os";
  #nextDisk: (time: DiskTime) => SimulatedDisk = (time) => new SimulatedDisk(time);
  #last: ServerRun | undefined;
  #runs = 0;

  /** `folder`: one of the real file system, for large values (`values` in it must exist). */
  constructor(world: World, folder: string, durability: "fsync" | "os") {
    this.#world = world;
    this.#folder = folder;
    this.#durability = durability;
  }

  /** Time stands still until the server serves; or until it crashes, if it does that while it loads its data. */
  async start(mayCrash: boolean): Promise<void> {
    const { random } = this.#world;
    const time = new ProcessTime(this.#world);
    const disk = this.#nextDisk(time.disk);
    const server = this.#server(disk, time);
    const loading = server.load().then(
      () => "loaded",
      (error: unknown) => this.complaints.push(`the server does not start: ${String(error)}`),
    );
    let steps = mayCrash && random.chance(0.1) ? random.below(40) : Infinity;
    let outcome: unknown;
    void loading.then((value) => (outcome = value));
    for (;;) {
      await settled();
      // (While nothing is to be done here the real file system is waited for: it is asked for files of large values, of which there are none.)
      if (time.step()) {
        steps--;
      } else if (outcome !== undefined) {
        break;
      }
      if (steps <= 0) {
        this.#stop(disk, time);
        this.#world.after(random.below(20), () => this.start(mayCrash));
        return;
      }
    }
    time.goOn();
    if (outcome === "loaded") {
      const number = ++this.#runs;
      this.services.push({ from: this.#world.now, to: Infinity });
      this.current = { number, server, disk, time, links: new Set(), replacedAt: Infinity };
      if (this.#last !== undefined) {
        this.#last.replacedAt = this.#world.now;
      }
      this.#last = this.current;
    }
  }

  /** The process is killed, or the whole machine stops; another one starts some time later. */
  crash(): void {
    const run = this.current;
    if (run === undefined) {
      return;
    }
    this.#ended();
    for (const link of run.links) {
      link.serverCrashed();
    }
    this.#stop(run.disk, run.time);
    this.#world.after(this.#world.someTime(60), () => this.start(this.#world.random.chance(0.5)));
  }

  /** The server is stopped in order, and makes all durable first: then even the machine may stop. Another process starts later. */
  stop(): void {
    const run = this.current;
    if (run === undefined) {
      return;
    }
    this.#ended();
    for (const link of run.links) {
      link.isBroken = true;
    }
    void run.server.stop().then(() => {
      run.time.stop();
      const files = run.disk.crash();
      this.#nextDisk = (next) => new SimulatedDisk(next, files);
      this.#world.after(this.#world.someTime(60), () => this.start(false));
    });
  }

  #ended(): void {
    this.current = undefined;
    this.services.at(-1)!.to = this.#world.now;
  }

  #stop(disk: SimulatedDisk, time: ProcessTime): void {
    time.stop();
    if (this.#durability === "os" || this.#world.random.chance(0.3)) {
      this.#nextDisk = (next) => disk.kill(next);
    } else {
      const files = disk.crash();
      this.#nextDisk = (next) => new SimulatedDisk(next, files);
    }
  }

  #server(disk: SimulatedDisk, clock: Clock): Server {
    const complain = (details: object, message: string): void => {
      const { reason, err } = details as { readonly reason?: string; readonly err?: unknown };
      this.complaints.push(`the server says: ${message}: ${reason ?? String(err)}`);
    };
    return new Server({
      version: "simulated",
      data: { folder: this.#folder, durability: this.#durability, disk, logSizes: LOG_SIZES },
      clock,
      seed: this.#world.random.below(2 ** 31),
      limits: { maxMemoryBytes: 2 ** 28 },
      logger: {
        debug: () => undefined,
        info: (details, message) => {
          if (message === "protocol fault" || message === "connection dropped") {
            complain(details, message);
          }
        },
        warn: () => undefined,
        error: complain,
      },
    });
  }
}

/** The clock of one process, and its disk's: both stop when it crashes. */
class ProcessTime implements Clock {
  readonly disk: DiskTime;
  readonly #world: World;
  #isStopped = false;
  /** What is to happen while the world stands still; undefined when it moves. */
  #starting: (() => void)[] | undefined = [];

  constructor(world: World) {
    this.#world = world;
    this.disk = {
      random: world.random,
      soon: (task) => this.#in(() => world.someTime(2), task),
      pass: (ms) => world.standStill(ms),
      stop: () => this.stop(),
    };
  }

  now(): number {
    return this.#world.now;
  }

  soon(task: () => void): void {
    this.#in(() => 0, task);
  }

  every(ms: number, task: () => void): () => void {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = this.after(ms, () => {
        again();
        task();
      });
    };
    again();
    return () => cancel();
  }

  after(ms: number, task: () => void): () => void {
    return this.#world.after(ms, () => this.#unlessStopped(task));
  }

  /** While the server starts: one thing happens, if there is one. */
  step(): boolean {
    const tasks = this.#starting!;
    if (tasks.length === 0) {
      return false;
    }
    const [task] = tasks.splice(this.#world.random.below(tasks.length), 1);
    task!();
    return true;
  }

  /** The server has started. */
  goOn(): void {
    this.#starting = undefined;
  }

  stop(): void {
    this.#isStopped = true;
  }

  #in(delay: () => number, task: () => void): void {
    if (this.#isStopped) {
      return;
    }
    if (this.#starting !== undefined) {
      this.#starting.push(task);
    } else {
      this.#world.after(delay(), () => this.#unlessStopped(task));
    }
  }

  #unlessStopped(task: () => void): void {
    if (!this.#isStopped) {
      task();
    }
  }
}
