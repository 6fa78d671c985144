import { connect, type Socket } from "node:net";

/** A socket whose bytes are read when asked for; nothing is read ahead while it is paused. */
export class RawSocket {
  readonly socket: Socket;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #isOver = false;
  #changed: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#receivedBytes += chunk.length;
      this.#changed();
    });
    socket.on("error", () => undefined);
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.#isOver = true;
        this.#changed();
      });
    }
  }

  /** `isPatient`: it does not hang up when the server does. */
  static async to(target: { host: string; port: number } | { path: string }, isPatient = false): Promise<RawSocket> {
    const socket = connect({ ...target, allowHalfOpen: isPatient, noDelay: true });
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new RawSocket(socket);
  }

  /** Exactly `count` bytes. Rejects when the connection ends before. */
  async read(count: number): Promise<Buffer> {
    while (this.#receivedBytes < count) {
      if (this.#isOver) {
        throw new Error(`the connection ended after ${this.#receivedBytes} of ${count} bytes`);
      }
      await this.#change();
    }
    const bytes = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received);
    this.#received = [bytes.subarray(count)];
    this.#receivedBytes -= count;
    return bytes.subarray(0, count);
  }

  /** Waits until the other side has ended, and returns what came before that. */
  async readToEnd(): Promise<Buffer> {
    while (!this.#isOver) {
      await this.#change();
    }
    return Buffer.concat(this.#received);
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  destroy(): void {
    this.socket.destroy();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}
