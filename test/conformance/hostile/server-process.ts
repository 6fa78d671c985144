import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "./raw-client.ts";

/** Bytes, after a garbage collection; `peakRss` is the highest ever. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly peakRss: number;
}

/** A server in its own process. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;
  #stderr = "";

  private constructor(child: ChildProcess, directory: string, port: number) {
    this.#child = child;
    this.#directory = directory;
    this.port = port;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
  }

  static async start(): Promise<ServerProcess> {
    const directory = await mkdtemp(join(tmpdir(), "nws-hostile-"));
    const child = fork(fileURLToPath(new URL("child-server.ts", import.meta.url)), [directory], {
      execArgv: ["--import", "tsx", "--expose-gc"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let early = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (early += text));
    const [first] = (await within(
      Promise.race([once(child, "message"), once(child, "exit").then(() => [{ port: 0 }])]),
      "the server's start",
    )) as [{ readonly port: number }];
    if (first.port === 0) {
      throw new Error(`the server did not start: ${early}`);
    }
    return new ServerProcess(child, directory, first.port);
  }

  /** What the server wrote to standard error: nothing, unless it is in trouble. */
  get stderr(): string {
    return this.#stderr;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async memory(): Promise<Memory> {
    const answer = once(this.#child, "message");
    this.#child.send("memory");
    const [memory] = (await within(answer, "the server's memory")) as [Memory];
    return memory;
  }

  /** The files of large values that lie in the server's folder, its own marks apart. */
  async files(): Promise<readonly string[]> {
    const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  async stop(): Promise<void> {
    if (this.isAlive) {
      const exit = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exit;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}
