import { Duplex } from "node:stream";

/** The server's end of a connection in memory, and what the client does with the other end. */
export class FuzzSocket extends Duplex {
  /** What the server has sent and the client has not looked at. */
  #received: Buffer[] = [];
  /** The server sends no more, or has hung up. */
  isEnded = false;
  #stopped: (() => void) | undefined;
  #isStopped = false;

  constructor() {
    super();
    this.on("error", () => undefined);
  }

  override _read(): void {
    // What comes from the client is pushed.
  }

  override _write(chunk: Uint8Array, _encoding: unknown, done: () => void): void {
    // (A copy: the server writes other things there next.)
    this.#received.push(Buffer.from(chunk));
    if (this.#isStopped) {
      this.#stopped = done;
    } else {
      done();
    }
  }

  override _final(done: () => void): void {
    this.isEnded = true;
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.isEnded = true;
    done(error);
  }

  /** From the client to the server, unless that has hung up. */
  send(bytes: Uint8Array): void {
    if (!this.destroyed && !this.readableEnded && bytes.length > 0) {
      this.push(Buffer.from(bytes));
    }
  }

  /** The client sends no more. */
  sendEnd(): void {
    if (!this.destroyed) {
      this.push(null);
    }
  }

  /** The client takes no more, or goes on. */
  stop(isStopped: boolean): void {
    this.#isStopped = isStopped;
    if (!isStopped) {
      const done = this.#stopped;
      this.#stopped = undefined;
      done?.();
    }
  }

  /** What has come since the last time. */
  takeReceived(): Buffer {
    const bytes = Buffer.concat(this.#received);
    this.#received = [];
    return bytes;
  }
}
