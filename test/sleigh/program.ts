import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export interface Program {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly printed: () => string;
  /** Resolves when it has ended and all that it printed is there. */
  readonly ended: Promise<{ readonly code: number | null; readonly printed: string; readonly complaints: string }>;
}

/** Runs a program of the folder `fixtures`, from its source. `env`: beside this process's own. */
export function runProgram(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Program {
  const file = join(import.meta.dirname, "fixtures", name);
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), file, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let printed = "";
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const ended = new Promise<Awaited<Program["ended"]>>((resolve) => {
    child.on("close", (code) => resolve({ code, printed, complaints }));
  });
  return { child, printed: () => printed, ended };
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
