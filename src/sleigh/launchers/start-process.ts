import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { Joining } from "./joining.ts";
import type { LaunchedWorker, OutputStream, WorkerExit } from "./launched-worker.ts";
import type { LaunchCommand } from "./launcher.ts";
import { OutputTail } from "./output-tail.ts";
import type { WorkerPlan } from "./plan.ts";
import { localLine } from "./quoting.ts";
import { formatSecret, type WorkerSecret } from "./worker-secret.ts";

export interface WorkerStart {
  readonly plan: WorkerPlan;
  readonly secret: WorkerSecret;
  readonly onOutput?: (stream: OutputStream, text: string) => void;
}

/** After the end of the command, what is left of its output comes; something that it started may keep the pipe open, though. */
const LAST_OUTPUT_MS = 250;
/** From asking the command to end to ending it, after a launch timeout. */
const GRACE_MS = 2000;
const MAX_LINE_CHARS = 4096;

/** What runs, to be ended when this program exits. */
const running = new Set<LaunchedProcess>();

const onProcessExit = (): void => {
  for (const worker of running) {
    worker.kill("SIGKILL");
  }
};

export function startProcess(command: LaunchCommand, start: WorkerStart): LaunchedWorker {
  return new LaunchedProcess(command, start);
}

class LaunchedProcess implements LaunchedWorker {
  readonly description: string;
  readonly exited: Promise<WorkerExit>;
  readonly #child: ChildProcess;
  readonly #command: LaunchCommand;
  readonly #start: WorkerStart;
  readonly #tail = new OutputTail();
  readonly #joining: Joining;
  /** The line that has not ended yet, while a port is waited for. */
  #line: string | undefined;

  constructor(command: LaunchCommand, start: WorkerStart) {
    this.#command = command;
    this.#start = start;
    this.description = localLine([command.command, ...command.args]);
    this.#child = spawn(command.command, command.args, {
      stdio: [command.key === "file" ? "ignore" : "pipe", "pipe", "pipe"],
      env: { ...process.env, ...command.env },
      ...(command.cwd !== undefined && { cwd: command.cwd }),
      windowsHide: true,
    });
    this.#joining = new Joining({
      plan: start.plan,
      description: this.description,
      queued: command.queued ?? false,
      output: () => this.output,
      onTimeout: () => this.#end(),
    });
    this.exited = this.#watch();
    this.#listen("stdout");
    this.#listen("stderr");
    // It may have ended before it read all.
    this.#child.stdin?.on("error", () => undefined);
    if (command.portPattern === undefined) {
      this.#child.stdin?.end(formatSecret(start.secret));
    } else {
      this.#line = "";
    }
    this.#unrefCommand();
  }

  get pid(): number | undefined {
    return this.#child.pid;
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

  kill(signal: NodeJS.Signals = "SIGTERM"): void {
    if (!running.has(this)) {
      return;
    }
    const { killCommand } = this.#command;
    if (killCommand !== undefined) {
      const killer = spawn(killCommand.command, killCommand.args, {
        stdio: "ignore",
        detached: true,
        windowsHide: true,
      });
      killer.on("error", () => undefined);
      killer.unref();
    }
    this.#child.kill(signal);
  }

  ref(): void {
    this.#child.ref();
    this.#streams((stream) => stream.ref());
  }

  unref(): void {
    this.#unrefCommand();
    this.#joining.unref();
  }

  #unrefCommand(): void {
    this.#child.unref();
    this.#streams((stream) => stream.unref());
  }

  #streams(each: (stream: Socket) => void): void {
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      if (stream instanceof Socket) {
        each(stream);
      }
    }
  }

  async #watch(): Promise<WorkerExit> {
    const child = this.#child;
    enter(this);
    try {
      await once(child, "spawn");
    } catch (error) {
      leave(this);
      const cause = error instanceof Error ? error : new Error(String(error));
      this.#joining.notStarted(cause);
      return { code: null, signal: null, output: cause.message };
    }
    // A signal that cannot be sent is not the end of the command.
    child.on("error", () => undefined);
    const closed = once(child, "close");
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, "exit");
    }
    leave(this);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, LAST_OUTPUT_MS)))]);
    clearTimeout(timer);
    const exit = { code: child.exitCode, signal: child.signalCode, output: this.output };
    this.#joining.ended(exit);
    return exit;
  }

  #listen(name: OutputStream): void {
    this.#child[name]?.setEncoding("utf8").on("data", (text: string) => {
      this.#tail.write(text);
      if (this.#line !== undefined) {
        this.#lookForPort(text, this.#command.portPattern!);
      }
      try {
        this.#start.onOutput?.(name, text);
      } catch {
        // As promised: a listener's error is its own.
      }
    });
  }

  #lookForPort(text: string, pattern: RegExp): void {
    const lines = (this.#line! + text).split("\n");
    this.#line = lines.pop()!.slice(-MAX_LINE_CHARS);
    for (const line of lines) {
      const port = Number(pattern.exec(line)?.[1]);
      if (port >= 1 && port <= 65_535) {
        this.#line = undefined;
        this.#child.stdin?.end(formatSecret({ ...this.#start.secret, port }));
        return;
      }
    }
  }

  #end(): void {
    this.kill();
    setTimeout(() => this.kill("SIGKILL"), GRACE_MS).unref();
  }
}

function enter(worker: LaunchedProcess): void {
  if (running.size === 0) {
    process.on("exit", onProcessExit);
  }
  running.add(worker);
}

function leave(worker: LaunchedProcess): void {
  if (running.delete(worker) && running.size === 0) {
    process.off("exit", onProcessExit);
  }
}
