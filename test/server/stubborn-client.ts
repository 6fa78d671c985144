import { owner } from "../../src/server/access/principal.ts";
import { Duplex } from "node:stream";
import type { Server } from "../../src/server/server.ts";
import { until } from "./harness.ts";
import { classicRequest } from "./raw-classic.ts";

/** A classic client whose connection has no buffers: what it does not take waits in the server. */
export class StubbornClient implements Disposable {
  readonly stream: Duplex;
  /** Whether it takes no more bytes. */
  isStuck = false;
  #taken = "";
  readonly #untaken: { readonly chunk: Buffer; readonly done: () => void }[] = [];

  /** `peer`: where it is said to be. */
  constructor(server: Server, name = "192.0.2.1:1000") {
    this.stream = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        this.#untaken.push({ chunk, done });
        if (!this.isStuck) {
          this.#take();
        }
      },
    });
    server.acceptStream(this.stream, { name, isLocal: true, principal: owner });
  }

  get isGone(): boolean {
    return this.stream.destroyed;
  }

  /** Takes what was written in one piece. */
  async takeOne(): Promise<void> {
    let count = 0;
    while (count === 0) {
      await until(() => this.#untaken.length > 0, "something is written");
      count = this.#take();
    }
  }

  /** Takes all from now on. */
  goOn(): void {
    this.isStuck = false;
    this.#take();
  }

  [Symbol.dispose](): void {
    this.stream.destroy();
  }

  send(bytes: string | Uint8Array): void {
    this.stream.push(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  request(...args: readonly string[]): void {
    this.send(classicRequest(...args));
  }

  /** Takes exactly so many bytes. */
  async read(count: number): Promise<string> {
    await until(() => this.#taken.length >= count, `${count} bytes are there`);
    const bytes = this.#taken.slice(0, count);
    this.#taken = this.#taken.slice(count);
    return bytes;
  }

  /** Does the handshake and uses workspace `w`. */
  async begin(): Promise<this> {
    this.send("2222");
    this.request("use ws", "w", "", "no");
    await this.read(8);
    return this;
  }

  #take(): number {
    const piece = this.#untaken.shift();
    if (piece === undefined) {
      return 0;
    }
    this.#taken += piece.chunk.toString("latin1");
    piece.done();
    return piece.chunk.length;
  }
}
