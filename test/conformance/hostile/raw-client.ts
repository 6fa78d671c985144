import { connect, type Socket } from "node:net";

/** How long a server may take before it counts as hanging. */
export const patienceMs = 20_000;

/** Rejects when the promise is not settled in time; `what` says what was waited for. */
export async function within<T>(promise: Promise<T>, what: string, ms = patienceMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer and not closed after ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A socket that sends what it is told and collects what comes. Resets and broken pipes count as the end of the
 * connection: a hostile client expects them.
 */
export class RawClient {
  readonly #socket: Socket;
  #chunks: Buffer[] = []; // joined only when somebody reads: joining at each chunk would be quadratic
  #length = 0;
  #ended = false;
  #woken: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#wake();
    });
    socket.on("error", () => undefined);
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("end", end);
    socket.on("close", end);
  }

  static connect(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /** True once the server ended its side. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Sends, whether or not anybody still listens. False when the kernel takes no more for now. */
  send(bytes: Uint8Array | string): boolean {
    return (
      this.#socket.destroyed || this.#socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes)
    );
  }

  /** Sends and waits until the kernel has taken it, or the connection ended. */
  async sendAll(bytes: Uint8Array | string): Promise<void> {
    if (!this.send(bytes) && !this.#socket.destroyed) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#socket.off("drain", done).off("close", done);
          resolve();
        };
        this.#socket.on("drain", done).on("close", done);
      });
    }
  }

  /** Exactly `length` bytes. Rejects when the connection ends before. */
  async read(length: number): Promise<Buffer> {
    await this.#until(() => this.#length >= length || this.#ended, `${length} bytes`);
    if (this.#length < length) {
      throw new Error(`closed after ${this.#length} of ${length} bytes`);
    }
    const received = this.#join();
    this.#chunks = [received.subarray(length)];
    this.#length -= length;
    return received.subarray(0, length);
  }

  /** What comes until the server ends the connection. */
  async untilEnd(what: string): Promise<Buffer> {
    await this.#until(() => this.#ended, what);
    return this.#join();
  }

  /** Something came or the connection ended. */
  async answeredOrEnded(what: string): Promise<void> {
    await this.#until(() => this.#length > 0 || this.#ended, what);
  }

  /** No more reading: what the server sends stays in the kernel, then in the server. */
  stopReading(): void {
    this.#socket.pause();
  }

  readAgain(): void {
    this.#socket.resume();
  }

  /** Says that nothing more comes from here. */
  endSending(): void {
    this.#socket.end();
  }

  /** Goes away as a crash does. */
  destroy(): void {
    this.#socket.resetAndDestroy();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #join(): Buffer {
    const [first, ...rest] = this.#chunks;
    const joined = first !== undefined && rest.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  async #until(good: () => boolean, what: string): Promise<void> {
    while (!good()) {
      await within(new Promise<void>((resolve) => this.#woken.push(resolve)), what);
    }
  }

  #wake(): void {
    const woken = this.#woken;
    this.#woken = [];
    for (const resolve of woken) {
      resolve();
    }
  }
}
