import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Builds } from "./bundle.ts";
import { callProcess, type Handlers } from "./calls.ts";

/** Whoever answers at a port. */
export interface Server {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** Of the web interface, where it has one. */
  readonly webPort?: number;
  /** The file with the authority that has signed its certificate, where it has one. */
  readonly ca?: string;
}

/** A measured process that does what it is told. */
export interface Client<H extends Handlers> {
  readonly pid: number;
  readonly call: <K extends keyof H & string>(
    name: K,
    ...argument: H[K] extends () => unknown ? [] : Parameters<H[K]>
  ) => Promise<Awaited<ReturnType<H[K]>>>;
}

export interface SpawnOptions {
  /** Processors that the process may use, as `taskset -c` takes them. Default: all. */
  readonly processors?: string | undefined;
  /** How far it stands back behind others, as `nice -n` takes it. Default: not. */
  readonly nice?: number;
}

export interface ServerOptions extends SpawnOptions {
  /** With a folder for its data, synced before anything is acknowledged. Default: all in memory. */
  readonly isDurable?: boolean;
  /** Its data folder (of `networkspaces`): one of before, or of `folder`. Default with `isDurable`: an empty one. */
  readonly data?: string | undefined;
  /** With a certificate. Default: without. */
  readonly isEncrypted?: boolean;
  /** It asks nobody who he is. Default: false. */
  readonly isOpen?: boolean;
}

const readyTimeoutMs = 30_000;
const host = "127.0.0.1";

/** The processes of one benchmark: it starts what it needs, and disposing of this stops them all. */
export class Processes implements AsyncDisposable {
  readonly builds: Builds;
  readonly #nodeArguments: readonly string[];
  readonly #children = new Set<ChildProcess>();
  readonly #folders: string[] = [];

  /** `nodeArguments` go to every Node process. */
  constructor(builds: Builds, nodeArguments: readonly string[] = []) {
    this.builds = builds;
    this.#nodeArguments = nodeArguments;
  }

  /** The product's server, started as users start it, on a free port. */
  async networkspaces(options: ServerOptions = {}): Promise<Server> {
    const { cert, key, ca } = this.#certificates(options);
    const tls = cert === undefined || key === undefined ? [] : ["--tls-cert", cert, "--tls-key", key];
    const folder = options.data ?? (options.isDurable === true ? this.folder() : undefined);
    const data = folder === undefined ? [] : ["--data", folder];
    const open = options.isOpen === true ? ["--insecure"] : [];
    const line = [this.builds.command, "server", "--port", "0", "--json", ...data, ...tls, ...open];
    return { ...(await this.#nodeServer(line, options)), ...(ca !== undefined && { ca }) };
  }

  /** The product's server without its web interface, and with `server-probe` in its process. `nodeArguments` are for it alone. */
  async probed<H extends Handlers>(
    options: SpawnOptions = {},
    nodeArguments: readonly string[] = [],
  ): Promise<Server & Client<H>> {
    const probe = pathToFileURL(this.#program("server-probe")).href;
    const own = [this.builds.command, "server", "--port", "0", "--web-port", "none", "--data", "none", "--json"];
    const line = [...nodeArguments, "--expose-gc", "--import", probe, ...own];
    const { child, ports } = await this.#started(line, options, true);
    return {
      pid: child.pid!,
      host,
      ...ports,
      call: (call, ...argument) => callProcess<H, typeof call>(child, call, ...argument),
    };
  }

  /** The machine's limit: a bare framed echo. */
  async echo(options: ServerOptions = {}): Promise<Server> {
    const { cert, key, ca } = this.#certificates(options);
    const line = [this.#program("echo-server"), ...(cert === undefined || key === undefined ? [] : [cert, key])];
    return { ...(await this.#nodeServer(line, options)), ...(ca !== undefined && { ca }) };
  }

  /** Debian's Redis, all in memory, nothing saved; or with an append-only file that is synced before each answer. */
  async redis(options: ServerOptions = {}): Promise<Server> {
    const port = await freePort();
    const durable = ["--appendonly", "yes", "--appendfsync", "always"];
    const kept = options.isDurable === true ? [...durable, "--dir", this.folder()] : ["--appendonly", "no"];
    const quiet = ["--save", "", ...kept, "--daemonize", "no", "--loglevel", "warning"];
    const child = this.#spawn("redis-server", ["--port", String(port), "--bind", host, ...quiet], options, "ignore");
    await untilRedisAnswers(port, child);
    return { pid: child.pid!, host, port };
  }

  /** Starts a program of `bench/programs` that answers calls. */
  client<H extends Handlers>(name: string, options: SpawnOptions = {}): Client<H> {
    const child = this.#spawn(process.execPath, [...this.#nodeArguments, this.#program(name)], options, "ipc");
    return { pid: child.pid!, call: (call, ...argument) => callProcess<H, typeof call>(child, call, ...argument) };
  }

  /** Stops one process early: whoever was started with `pid`. */
  async stop({ pid }: { readonly pid: number }): Promise<void> {
    await Promise.all([...this.#children].filter((child) => child.pid === pid).map(stopChild));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const children = [...this.#children];
    // Clients first: they would complain that their server has gone.
    await Promise.all(children.filter((child) => child.connected).map(stopChild));
    await Promise.all(children.map(stopChild));
    this.#folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
  }

  /** A folder that goes with the processes. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), "nws-bench-"));
    this.#folders.push(folder);
    return folder;
  }

  #certificates({ isEncrypted = false }: ServerOptions): Partial<Record<"cert" | "key" | "ca", string>> {
    if (!isEncrypted) {
      return {};
    }
    const folder = this.folder();
    execFileSync(process.execPath, [this.builds.command, "tls", "init", "--dir", folder]);
    const file = (name: string): string => join(folder, name);
    return { cert: file("server.pem"), key: file("server-key.pem"), ca: file("ca.pem") };
  }

  /** A server that says where it listens in one line of JSON, with a `port`. */
  async #nodeServer(commandLine: readonly string[], options: SpawnOptions): Promise<Server> {
    const { child, ports } = await this.#started(commandLine, options, false);
    return { pid: child.pid!, host, ...ports };
  }

  async #started(
    commandLine: readonly string[],
    options: SpawnOptions,
    answersCalls: boolean,
  ): Promise<{ readonly child: ChildProcess; readonly ports: Pick<Server, "port" | "webPort"> }> {
    const channel = answersCalls ? "pipe and ipc" : "pipe";
    const child = this.#spawn(process.execPath, [...this.#nodeArguments, ...commandLine], options, channel);
    const ready = (async (): Promise<Pick<Server, "port" | "webPort">> => {
      for await (const line of createInterface({ input: child.stdout! })) {
        const { port, webPort } = JSON.parse(line) as Pick<Server, "port" | "webPort">;
        return { port, ...(webPort !== undefined && { webPort }) };
      }
      throw new Error(`'${commandLine.join(" ")}' ended before it was ready`);
    })();
    const late = sleep(readyTimeoutMs, undefined, { ref: false }).then(() => {
      throw new Error(`'${commandLine.join(" ")}' was not ready after ${readyTimeoutMs} ms`);
    });
    const ports = await Promise.race([ready, late]);
    child.stdout!.resume();
    return { child, ports };
  }

  #program(name: string): string {
    const file = this.builds.programs[name];
    if (file === undefined) {
      throw new Error(`there is no measured program '${name}'`);
    }
    return file;
  }

  #spawn(
    command: string,
    args: readonly string[],
    options: SpawnOptions,
    channel: "pipe" | "ipc" | "pipe and ipc" | "ignore",
  ): ChildProcess {
    const pinned = options.processors === undefined ? [] : ["taskset", "-c", options.processors];
    const niced = options.nice === undefined ? [] : ["nice", "-n", String(options.nice)];
    const [first = command, ...rest] = [...niced, ...pinned, command, ...args];
    const output = channel.startsWith("pipe") ? "pipe" : "ignore";
    const child = spawn(first, rest, {
      stdio: ["ignore", output, "inherit", ...(channel.endsWith("ipc") ? ["ipc" as const] : [])],
    });
    this.#children.add(child);
    runningChildren.add(child);
    child.once("exit", () => {
      this.#children.delete(child);
      runningChildren.delete(child);
    });
    return child;
  }
}

/** A bench that is interrupted or crashes leaves no server behind. */
const runningChildren = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of runningChildren) {
    child.kill("SIGKILL");
  }
});

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = once(child, "exit");
  if (child.connected) {
    // A measured program ends by itself when nobody calls it any more (so that Node writes a profile if it was asked to).
    child.disconnect();
  } else {
    child.kill("SIGTERM");
  }
  const stubborn = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(stubborn);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function untilRedisAnswers(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  for (;;) {
    const socket = connect(port, host);
    try {
      await once(socket, "connect");
      socket.write("PING\r\n");
      const [answer] = (await once(socket, "data")) as [Buffer];
      if (answer.toString("latin1").startsWith("+PONG")) {
        return;
      }
    } catch (error) {
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error("redis-server did not start", { cause: error });
      }
      await sleep(20);
    } finally {
      socket.destroy();
    }
  }
}
