import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The command as it is installed. `npm test` builds it first. */
export const nwsPath = fileURLToPath(new URL("../../dist/nws.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Standard input; empty if not given. */
  readonly input?: string | Uint8Array;
  /** Of the server to talk to. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** An `nws` that runs. */
export class NwsProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly outcome: Promise<Outcome>;
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[], options: RunOptions = {}) {
    const env = { ...process.env };
    delete env["NWS_HOST"];
    delete env["NWS_SERVER_PORT"];
    const port = options.port === undefined ? {} : { NWS_SERVER_PORT: String(options.port) };
    this.child = spawn(process.execPath, [nwsPath, ...args], { env: { ...env, ...port, ...options.env } });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.child.stdin.on("error", () => undefined); // it may have ended before it read all
    this.outcome = once(this.child, "close").then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** Resolves when standard output is, or contains, what is wanted; rejects when the process ends without. */
  async prints(wanted: string | RegExp): Promise<RegExpExecArray> {
    const pattern = typeof wanted === "string" ? new RegExp(wanted.replaceAll(/[^\w\s]/g, "\\$&")) : wanted;
    for (;;) {
      const match = pattern.exec(this.#stdout);
      if (match !== null) {
        return match;
      }
      const ended = await Promise.race([once(this.child.stdout, "data").then(() => undefined), this.outcome]);
      if (ended !== undefined && pattern.exec(ended.stdout) === null) {
        throw new Error(`it ended with ${ended.code ?? ended.signal}: ${ended.stdout}${ended.stderr}`);
      }
    }
  }
}

/** Runs a command to its end. */
export async function nws(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const process = new NwsProcess(args, options);
  process.child.stdin.end(options.input ?? "");
  return process.outcome;
}

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly process: NwsProcess;
  /** Runs a command against this server. */
  nws(args: readonly string[], input?: string | Uint8Array): Promise<Outcome>;
}

/** A server of its own, started as a user starts it. */
export async function startTestServer(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<TestServer> {
  const process = new NwsProcess(["server", "--port", "0", "--json", ...args], { env });
  const [line] = await process.prints(/^\{.*\}\n/);
  const { port } = JSON.parse(line) as { port: number };
  return {
    port,
    process,
    nws: (command, input) => nws(command, { port, ...(input === undefined ? {} : { input }) }),
    [Symbol.asyncDispose]: async () => {
      process.child.kill();
      await process.outcome;
    },
  };
}

/** Waits for a state, never for a time. The test's own timeout is the limit. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
