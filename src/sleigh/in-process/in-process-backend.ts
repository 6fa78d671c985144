import { arch, hostname, platform, release } from "node:os";
import { Script } from "node:vm";
import type { NetWorkSpace } from "../../client/index.ts";
import type { Backend, Description, Status, Work, WorkerInfo } from "../backend.ts";
import { SleighArgumentError } from "../errors.ts";
import type { CallJob, Callee } from "../master/call-job.ts";
import type { Crew } from "../master/crew.ts";
import type { ElementJob } from "../master/element-job.ts";
import { globalProperty } from "../worker/job.ts";
import type { WorkerOutput } from "../options.ts";
import { InProcessCrew, type LocalWork } from "./in-process-crew.ts";

const NO_TOKEN = "here";
const GRACE_MS = 2000;

/**
 * What a sleigh does that is made within a task: its work is done by the very worker that runs the task, one task after the other,
 * because all other workers have enough to do. Nothing is shipped: functions run as they are, in the worker's own state.
 */
export class InProcessBackend implements Backend {
  readonly workerCount = 1;
  readonly rankCount = 1;
  readonly #crew: InProcessCrew;
  readonly #version: string;

  /** `version`: of this package. `onOutput`: gets what tasks print, instead of whoever gets what this program prints. */
  constructor(version: string, onOutput?: (output: WorkerOutput) => void) {
    this.#version = version;
    const host = hostname();
    this.#crew = new InProcessCrew(0, host, onOutput && ((stream, text) => onOutput({ rank: 0, host, stream, text })));
  }

  get nws(): NetWorkSpace {
    return globalThis.SleighNws;
  }

  get userNws(): NetWorkSpace {
    return globalThis.SleighUserNws;
  }

  feed(job: ElementJob, what: Description): Promise<void> {
    const work = localWork(what);
    const crew = this.#crew;
    crew.begin(job, work);
    const bound: Crew = {
      size: 1,
      begin: () => undefined,
      assign: (number, batch) => crew.assign(number, batch),
      end: (number) => crew.end(number),
    };
    job.start(bound);
    return Promise.resolve();
  }

  call(job: CallJob, what: Description): Promise<void> {
    const work = localWork(what);
    const callee: Callee = {
      rank: 0,
      host: hostname(),
      token: NO_TOKEN,
      isAlive: true,
      death: undefined,
      output: "",
    };
    const batch = { first: 0, numbers: [0], count: 1, layout: "rows", args: [[]] } as const;
    job.start([callee], {
      send: () => void this.#crew.run(batch, work, () => !job.isOver).then((outcome) => job.answered(callee, outcome)),
      calleeOf: () => callee,
      giveUp: () => this.#crew.stopUnwanted(),
    });
    return Promise.resolve();
  }

  export(name: string, value: unknown): void {
    Object.defineProperty(globalThis, name, globalProperty(value));
  }

  unexport(name: string): void {
    Reflect.deleteProperty(globalThis, name);
  }

  status(): Promise<Status> {
    return Promise.resolve({ joined: 1, closed: true });
  }

  workerInfo(): Promise<WorkerInfo[]> {
    return Promise.resolve([
      {
        rank: 0,
        host: hostname(),
        pid: process.pid,
        version: this.#version,
        runtime: `node ${process.version}`,
        os: `${platform()} ${arch()} ${release()}`,
        logFile: undefined,
      },
    ]);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function localWork({ work, fixed, options }: Description): LocalWork {
  const { type, argPermute: permute, timeout: timeoutMs, grace: graceMs = GRACE_MS, seed } = options;
  return { run: runnerOf(work, type), fixed, permute, timeoutMs, graceMs, seed };
}

function runnerOf(work: Work, type: string | undefined): LocalWork["run"] {
  if (typeof work === "string") {
    const script = new Script(work, { filename: "sleigh-expression" });
    return (args) => {
      const before = globalThis.SleighArguments;
      globalThis.SleighArguments = args;
      try {
        return script.runInThisContext({ displayErrors: false }) as unknown;
      } finally {
        globalThis.SleighArguments = before;
      }
    };
  }
  if (type === "eval") {
    throw new SleighArgumentError(`type "eval" is for a text, not a function`);
  }
  const call = work as (...args: readonly unknown[]) => unknown;
  if (type !== "define") {
    return (args) => call(...args);
  }
  return async (args) => {
    for (const [name, value] of Object.entries((await call(...args)) as object)) {
      Object.defineProperty(globalThis, name, globalProperty(value));
    }
  };
}
