import { type ChildProcess, fork, spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { type RunningServer, startServer } from "networkspaces/server";

const pythonClient = fileURLToPath(new URL("../../clients/python", import.meta.url));

/** A program in a process of its own. */
export interface Program {
  /** Resolves when it has ended. If it fails, the whole example does. */
  readonly ended: Promise<void>;
}

export interface Example extends AsyncDisposable {
  readonly port: number;
  /** Starts a program (`.ts`, or `.py` with Python 3) that lies beside the example, in a process of its own. */
  start(file: string, ...args: string[]): Program;
}

/**
 * What all examples need and none is about: a server, unless `--port` or NWS_SERVER_PORT names one, and programs that run beside
 * the first one. All of them find the server through NWS_SERVER_PORT. When the example ends, programs and server end with it.
 */
export async function startExample(here: string): Promise<Example> {
  const server = await findOrStartServer();
  const children = new Set<ChildProcess>();
  const endAtOnce = (exitCode: number): void => {
    for (const child of children) {
      child.kill();
    }
    process.exit(exitCode);
  };
  const interrupted = (): void => endAtOnce(130);
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);

  return {
    port: Number(process.env["NWS_SERVER_PORT"]),

    start(file, ...args) {
      const child = startProgram(fileURLToPath(new URL(file, here)), args);
      children.add(child);
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      const failed = (how: string): void => {
        console.error(`${file} ${how}`);
        endAtOnce(1);
      };
      child.once("error", (error) => failed(`could not be started: ${error.message}`));
      child.once("exit", (code, signal) => {
        if (children.delete(child) && code !== 0) {
          failed(`ended with ${signal ?? `exit code ${code}`}`);
        }
      });
      return { ended };
    },

    async [Symbol.asyncDispose]() {
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
      const left = [...children];
      children.clear();
      await Promise.all(left.map(end));
      await server?.stop();
    },
  };
}

/** The server that was started, if one was. Either way, NWS_SERVER_PORT says where it is. */
async function findOrStartServer(): Promise<RunningServer | undefined> {
  const { values } = parseArgs({ options: { port: { type: "string" } }, strict: false });
  if (typeof values.port === "string") {
    process.env["NWS_SERVER_PORT"] = values.port;
  }
  if (process.env["NWS_SERVER_PORT"] !== undefined) {
    return undefined;
  }
  const server = await startServer({ port: 0 });
  process.env["NWS_SERVER_PORT"] = String(server.port);
  return server;
}

function startProgram(path: string, args: string[]): ChildProcess {
  if (path.endsWith(".py")) {
    return spawn("python3", [path, ...args], { stdio: "inherit", env: { ...process.env, PYTHONPATH: pythonClient } });
  }
  return fork(path, args);
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill();
  });
}
