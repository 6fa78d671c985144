import { type Grant, type RunningServer, startServer, type StartServerOptions } from "../../src/host/index.ts";
import { NetWorkSpace } from "../../src/client/index.ts";
import type { FeedMessage } from "../../src/web/api.ts";
import { WebSocket } from "ws";

/** A server with its web interface, both on free ports, and what a page or a person does with it. */
export class TestWeb implements AsyncDisposable {
  readonly server: RunningServer;
  readonly port: number;
  readonly webPort: number;
  readonly base: string;
  readonly #open: NetWorkSpace[] = [];

  private constructor(server: RunningServer) {
    this.server = server;
    this.port = server.port;
    this.webPort = server.webPort!;
    this.base = `http://127.0.0.1:${this.webPort}`;
  }

  static async start(options: StartServerOptions = {}): Promise<TestWeb> {
    return new TestWeb(await startServer({ port: 0, ...options }));
  }

  open(name: string, options: ConstructorParameters<typeof NetWorkSpace>[1] = {}): NetWorkSpace {
    const ws = new NetWorkSpace(name, { serverPort: this.port, reconnect: false, ...options });
    this.#open.push(ws);
    return ws;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.base}${path}`, { redirect: "manual", ...init });
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.fetch(path);
    if (!response.ok) {
      throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    }
    return (await response.json()) as T;
  }

  /** Sends JSON; returns status and answer. */
  async send(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: never }> {
    const response = await this.fetch(path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return { status: response.status, body: (await response.json()) as never };
  }

  feed(): Promise<TestFeed> {
    return TestFeed.at(this.base);
  }

  /** A token for somebody who may `use` everything, unless said otherwise. */
  token(grant: Partial<Grant> = {}): Promise<string> {
    return this.server.createToken({ name: "ann", role: "use", ...grant });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((ws) => ws.close()));
    await this.server.stop();
  }
}

/** A page's end of the feed. */
export class TestFeed {
  readonly socket: WebSocket;
  readonly messages: FeedMessage[] = [];
  #changed: () => void = () => undefined;

  static async at(base: string, headers: Record<string, string> = {}): Promise<TestFeed> {
    const socket = new WebSocket(`${base.replace("http", "ws")}/api/feed`, { headers });
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return new TestFeed(socket);
  }

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString()) as FeedMessage);
      this.#changed();
    });
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first message, of those that are there or come, that is as wanted. */
  async until(isWanted: (message: FeedMessage) => boolean): Promise<FeedMessage> {
    for (;;) {
      const found = this.messages.find(isWanted);
      if (found !== undefined) {
        return found;
      }
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }
}

/** Waits for a state, never for a time. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
