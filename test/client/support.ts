import { createServer, type Server, type Socket } from "node:net";
import {
  type NetWorkSpace,
  NetWorkSpace as Workspace,
  NwsServer,
  type WorkspaceOptions,
} from "../../src/client/index.ts";
import { type RunningServer, startServer, type StartServerOptions } from "../../src/host/index.ts";

/** A server of the test's own, and what a test asks of it. `await using` stops it. */
export class TestServer implements AsyncDisposable {
  readonly running: RunningServer;

  private constructor(running: RunningServer) {
    this.running = running;
  }

  static async start(options: StartServerOptions = {}): Promise<TestServer> {
    return new TestServer(await startServer({ port: 0, ...options }));
  }

  get options(): { serverHost: string; serverPort: number } {
    return { serverHost: this.running.host, serverPort: this.running.port };
  }

  /** A workspace on a session of its own. */
  open<Vars = Record<string, unknown>>(name: string, options: WorkspaceOptions = {}): NetWorkSpace<Vars> {
    return new Workspace<Vars>(name, { ...this.options, ...options });
  }

  connect(): NwsServer {
    return new NwsServer(this.options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.stop();
  }
}

/** Waits until `check` holds; fails after a while, saying what did not come about. */
export async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await check())) {
    if (Date.now() > deadline) {
      throw new Error(`did not come about: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Waits until so many fetchers and finders wait for a variable. */
export async function untilWaiting(ws: NetWorkSpace, name: string, count: number): Promise<void> {
  await until(`${count} waiting for ${name}`, async () => {
    const listing = (await ws.listVars()).find((each) => each.name === name);
    return (listing?.fetchers ?? 0) + (listing?.finders ?? 0) === count;
  });
}

/** What a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was not rejected");
}

/** A server that says what it is told to say: for what no real one does. */
export class FakeServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(onConnection: (socket: Socket) => void): Promise<FakeServer> {
    const server = createServer();
    const fake = new FakeServer(server);
    server.on("connection", (socket) => {
      fake.#sockets.push(socket);
      socket.on("error", () => undefined);
      onConnection(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get options(): { serverHost: string; serverPort: number } {
    const address = this.#server.address();
    return { serverHost: "127.0.0.1", serverPort: typeof address === "object" ? (address?.port ?? 0) : 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Whether two values are the same bytes. (Comparing large arrays element by element takes `expect` seconds.) */
export function isSame(one: unknown, other: Uint8Array): boolean {
  return one instanceof Uint8Array && Buffer.compare(one, other) === 0;
}

/** Takes all that is there. (One answer holds several values only as long as they are not large.) */
export async function takeAll(ws: NetWorkSpace, name: string): Promise<unknown[]> {
  const taken: unknown[] = [];
  for (;;) {
    const some = await ws.fetchTryMany(name);
    if (some.length === 0) {
      return taken;
    }
    taken.push(...some);
  }
}
