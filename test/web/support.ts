import { startServer, type StartServerOptions } from "../../src/host/index.ts";
import { NetWorkSpace } from "../../src/client/index.ts";
import type { FeedMessage } from "../../src/web/api.ts";
import { WebSocket } from "ws";

/** A server with its web interface, both on free ports, and what a page or a person does with it. */
export class TestWeb implements AsyncDisposable {
  readonly port: number;
  readonly base: string;
  readonly #stop: () => Promise<void>;
  readonly #open: NetWorkSpace[] = [];

  private constructor(port: number, webPort: number, stop: () => Promise<void>) {
    this.port = port;
    this.base = `http://127.0.0.1:${webPort}`;
    this.#stop = stop;
  }

  static async start(options: StartServerOptions = {}): Promise<TestWeb> {
    const server = await startServer({ port: 0, ...options });
    return new TestWeb(server.port, server.webPort!, () => server.stop());
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

  async feed(): Promise<TestFeed> {
    const socket = new WebSocket(`${this.base.replace("http", "ws")}/api/feed`);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return new TestFeed(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((ws) => ws.close()));
    await this.#stop();
  }
}

/** A page's end of the feed. */
export class TestFeed {
  readonly socket: WebSocket;
  readonly messages: FeedMessage[] = [];
  #changed: () => void = () => undefined;

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
