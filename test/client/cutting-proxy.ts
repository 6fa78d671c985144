import { connect, createServer, type Server, type Socket } from "node:net";

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly since: number;
}

/** Stands between a client and its server, and is a bad network. `await using` takes it away. */
export class CuttingProxy implements AsyncDisposable {
  /** How often a connection was cut. */
  cuts = 0;
  /** How many clients have come. */
  connections = 0;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #target: { readonly host: string; readonly port: number };
  #isRefusing = false;
  #mostBytes = Infinity;
  #timer: NodeJS.Timeout | undefined;

  private constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (client) => this.#connected(client));
  }

  static async to(target: { readonly host: string; readonly port: number }): Promise<CuttingProxy> {
    const server = createServer({ noDelay: true, allowHalfOpen: false });
    const proxy = new CuttingProxy(server, target);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get options(): { serverHost: string; serverPort: number } {
    const address = this.#server.address();
    return { serverHost: "127.0.0.1", serverPort: typeof address === "object" ? (address?.port ?? 0) : 0 };
  }

  /** Cuts all connections that are so old, in both directions; what was under way is lost. */
  cut(ageMs = 0): void {
    const now = performance.now();
    for (const pair of this.#pairs) {
      if (now - pair.since >= ageMs) {
        this.cuts++;
        pair.client.destroy();
        pair.server.destroy();
        this.#pairs.delete(pair);
      }
    }
  }

  /** Cuts all connections again and again, each when it has had so long to get somewhere. */
  cutEvery(ms: number): void {
    this.#timer = setInterval(() => this.cut(ms), ms);
  }

  cutNoMore(): void {
    clearInterval(this.#timer);
  }

  /** Cuts everything, and whoever comes from now on is turned away. */
  refuse(): void {
    this.#isRefusing = true;
    this.cut();
  }

  accept(): void {
    this.#isRefusing = false;
  }

  /** Whoever comes from now on is heard up to about so many bytes, each way; then the line is silent. */
  stallAfter(bytes: number): void {
    this.#mostBytes = bytes;
  }

  /** The client's side of all connections is closed; the server's stay, silent: it does not notice. */
  cutHalf(): void {
    for (const { client, server } of this.#pairs) {
      this.cuts++;
      server.pause();
      client.unpipe(server);
      client.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutNoMore();
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(client: Socket): void {
    client.on("error", () => undefined);
    if (this.#isRefusing) {
      client.destroy();
      return;
    }
    this.connections++;
    const server = connect({ ...this.#target, noDelay: true });
    server.on("error", () => undefined);
    this.#pairs.add({ client, server, since: performance.now() });
    this.#pass(client, server);
    this.#pass(server, client);
  }

  #pass(from: Socket, to: Socket): void {
    let left = this.#mostBytes;
    from.pipe(to);
    from.on("data", ({ length }: Buffer) => {
      left -= length;
      if (left <= 0) {
        from.unpipe(to);
        from.pause();
      }
    });
  }
}
