import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { nwsPath, until } from "./nws-process.ts";

const script = fileURLToPath(new URL("fixtures/service_manager.py", import.meta.url));

/** Why there can be none here, if so. */
export const noServiceManager =
  process.platform === "win32"
    ? "sockets are not handed down on Windows"
    : spawnSync("python3", ["-c", "import socket; socket.recv_fds; import os; os.waitstatus_to_exitcode"]).status === 0
      ? undefined
      : "needs Python 3.9";

export type Event = Readonly<Record<string, unknown>> & { readonly notify?: Readonly<Record<string, string>> };

/** A program that starts `nws` as a service manager does: see the script. */
export class ServiceManager implements AsyncDisposable {
  readonly events: Event[] = [];
  stderr = "";
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(notify: string, listens: readonly string[], args: readonly string[], env: Record<string, string> = {}) {
    const environment = { ...process.env };
    delete environment["NWS_SERVER_PORT"];
    this.#child = spawn("python3", [script, notify, ...listens, "--", process.execPath, nwsPath, ...args], {
      env: { ...environment, ...env },
    });
    createInterface(this.#child.stdout).on("line", (line) => {
      // (What the server prints comes this way too.)
      if (line.startsWith("{")) {
        this.events.push(JSON.parse(line) as Event);
      }
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
  }

  /** The first event, from `from` on, for which this holds. */
  async event(isIt: (event: Event) => boolean, from = 0): Promise<Event> {
    let found: Event | undefined;
    await until(() => {
      found = this.events.slice(from).find(isIt);
      return Promise.resolve(found !== undefined);
    });
    return found!;
  }

  /** What the server's line says when it is ready. */
  async ready(from = 0): Promise<{ readonly host: string; readonly port: number; readonly webPort: number }> {
    return (await this.event(({ event }) => event === "ready", from)) as never;
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.events.findLast(({ pid }) => pid !== undefined)!["pid"] as number, signal);
  }

  /** Starts the command again, with the same sockets. */
  again(): void {
    this.#child.stdin.write("again\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.stdin.end();
    await closed;
  }
}
