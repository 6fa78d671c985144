import type { LocalLink, LocalServer } from "../wire/local-link.ts";
import type { Dialer, Transport, TransportEvents } from "./transport.ts";

/** The longest that a timer can run. */
const FOR_EVER_MS = 0x7fff_ffff;

/** Connects to a server in this process, without a socket. */
export class LocalDialer implements Dialer {
  readonly address: string;
  readonly #server: LocalServer;

  constructor(server: LocalServer) {
    this.#server = server;
    this.address = `${server.host}:${server.port}`;
  }

  dial(events: TransportEvents): Transport {
    return new LocalTransport(this.#server, events);
  }

  soon(callback: () => void): void {
    // (As with a socket: it waits for the microtasks.)
    process.nextTick(callback);
  }

  atTurnEnd(callback: () => void): void {
    process.nextTick(callback);
  }
}

class LocalTransport implements Transport {
  readonly #link: LocalLink;
  /** Keeps the program running, as an open socket would. */
  readonly #hold = setInterval(() => undefined, FOR_EVER_MS);

  constructor(server: LocalServer, events: TransportEvents) {
    this.#link = server.connect({
      opened: () => events.opened(),
      received: (bytes) => events.received(bytes),
      drained: () => events.drained(),
      closed: () => {
        clearInterval(this.#hold);
        events.closed(undefined);
      },
    });
  }

  get bufferedBytes(): number {
    return this.#link.unsentBytes;
  }

  send(bytes: Uint8Array<ArrayBuffer>, length: number): boolean {
    this.#link.send(bytes, length);
    return true;
  }

  cork(): void {
    // What is sent before the server's next turn reaches it together.
  }

  uncork(): void {
    // As above.
  }

  ref(): void {
    this.#hold.ref();
  }

  unref(): void {
    this.#hold.unref();
  }

  established(): void {
    // There is no time limit: nothing can get lost.
  }

  close(): void {
    this.#link.end();
  }

  destroy(): void {
    this.#link.destroy();
  }
}
