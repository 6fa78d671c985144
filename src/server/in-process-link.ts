import { EventEmitter } from "node:events";
import type { LocalEvents, LocalLink } from "../wire/local-link.ts";
import type { ByteSocket } from "./byte-socket.ts";
import { Pipe } from "./pipe.ts";

export type { LocalServer } from "../wire/local-link.ts";

/**
 * A connection within the process: `socket` is the server's end, `link` the client's. What comes from the client waits for its turn
 * of the event loop, as with a socket, and so joins with what else is sent until then. What goes to the client
 * does not.
 */
export function linkInProcess(events: LocalEvents): { readonly socket: ByteSocket; readonly link: LocalLink } {
  const link = new InProcessLink(events);
  return { socket: link.socket, link };
}

class InProcessLink implements LocalLink {
  readonly socket = new ServerEnd(this);
  readonly toServer: Pipe;
  readonly toClient: Pipe;
  readonly #events: LocalEvents;
  #isBehind = false;
  #isGone = false;

  constructor(events: LocalEvents) {
    this.#events = events;
    const { socket } = this;
    this.toServer = new Pipe(
      {
        received: (bytes) => socket.emit("data", bytes),
        ended: () => socket.emit("end"),
      },
      // The server keeps what it gets.
      { soon: setImmediate, copiesAll: true },
    );
    this.toClient = new Pipe(
      {
        received: (bytes) => events.received(bytes),
        // The server sends no more, so it has stopped to read.
        ended: () => this.destroy(),
      },
      { soon: (callback) => process.nextTick(callback), copiesAll: false },
    );
    process.nextTick(() => {
      if (!this.#isGone) {
        events.opened();
      }
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get unsentBytes(): number {
    return this.toServer.unsentBytes;
  }

  send(bytes: Uint8Array, length: number): void {
    const { toServer } = this;
    toServer.write(bytes.subarray(0, length), this.#onTaken);
    this.#isBehind = toServer.unsentBytes > 0;
  }

  end(): void {
    this.toServer.end();
  }

  destroy(): void {
    if (this.#isGone) {
      return;
    }
    this.#isGone = true;
    this.toServer.destroy();
    this.toClient.destroy();
    // Not before all that follows from the last word has run.
    setImmediate(() => this.#events.closed());
    setImmediate(() => this.socket.emit("close"));
  }

  readonly #onTaken = (): void => {
    if (this.#isBehind && this.toServer.unsentBytes === 0 && !this.#isGone) {
      this.#isBehind = false;
      // (The server is in the middle of its turn.)
      process.nextTick(() => {
        if (!this.#isGone) {
          this.#events.drained();
        }
      });
    }
  };
}

class ServerEnd extends EventEmitter implements ByteSocket {
  readonly isLocal = true;
  readonly errored = null;
  readonly #link: InProcessLink;

  constructor(link: InProcessLink) {
    super();
    this.#link = link;
  }

  get writable(): boolean {
    return this.#link.toClient.isOpen;
  }

  get writableLength(): number {
    return this.#link.toClient.unsentBytes;
  }

  get destroyed(): boolean {
    return this.#link.isGone;
  }

  write(bytes: Uint8Array, onWritten?: () => void): void {
    this.#link.toClient.write(bytes, onWritten);
  }

  cork(): void {
    // What is written before the client's next turn reaches it together.
  }

  uncork(): void {
    // As above.
  }

  end(): void {
    this.#link.toClient.end();
  }

  destroy(): void {
    this.#link.destroy();
  }

  pause(): void {
    this.#link.toServer.pause(true);
  }

  resume(): void {
    this.#link.toServer.pause(false);
  }
}
