import { connect, type OnReadOpts, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Dictionary } from "../wire/dictionary.ts";
import { channelBindingOf, connectTls, hasChannelBinding } from "./tls-connect.ts";
import { explainTls } from "./tls-failure.ts";
import type { TlsSettings } from "./tls-options.ts";
import type { TokenSource } from "./token-source.ts";
import type { Credentials, Dialer, Timer, Transport, TransportEvents } from "./transport.ts";

/** Where a server is. */
export type Target =
  { readonly host: string; readonly port: number; readonly tls?: TlsSettings | undefined } | { readonly path: string };

/** What comes in lands here, for all connections: it is used up before the next read. */
const READ_BYTES = 262_144;
const KEEP_ALIVE_MS = 30_000;

/** An encrypted socket keeps what it was given for a turn: up to here that is a copy, for less than a new buffer costs. */
const COPIED_BYTES = 65_536;

let landing: Uint8Array | undefined;

/** Open transports, to be told when the program exits. */
const open = new Set<SocketTransport>();

const onExit = (): void => {
  for (const transport of open) {
    transport.exit();
  }
};

/** Connects over TCP, with TLS or without, or over a Unix socket. */
export class NodeDialer implements Dialer {
  readonly address: string;
  readonly #target: Target;
  readonly #timeoutMs: number;
  readonly #tokens: TokenSource;

  constructor(target: Target, timeoutMs: number, tokens: TokenSource) {
    this.#tokens = tokens;
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    this.address = "path" in target ? target.path : `${target.host}:${target.port}`;
  }

  credentials(offer: Dictionary): Promise<Credentials | undefined> | undefined {
    const isBindable = hasChannelBinding || "path" in this.#target || this.#target.tls === undefined;
    return isBindable ? this.#tokens.credentials(offer) : this.#tokens.none();
  }

  dial(events: TransportEvents): Transport {
    return new SocketTransport(this.#target, this.#timeoutMs, events);
  }

  soon(callback: () => void): void {
    // Unlike a microtask this also waits for the microtasks that are queued behind it: one write carries more.
    process.nextTick(callback);
  }

  atTurnEnd(callback: () => void): void {
    process.nextTick(callback);
  }

  after(ms: number, callback: () => void): Timer {
    const timer = setTimeout(callback, ms);
    return { cancel: () => clearTimeout(timer), ref: () => timer.ref(), unref: () => timer.unref() };
  }

  now(): number {
    return performance.now();
  }

  random(): number {
    return Math.random();
  }
}

class SocketTransport implements Transport {
  readonly #socket: Socket;
  readonly #events: TransportEvents;
  readonly #timer: NodeJS.Timeout;
  readonly #isEncrypted: boolean;
  #error: Error | undefined;
  #channelBinding: Uint8Array | undefined;

  constructor(target: Target, timeoutMs: number, events: TransportEvents) {
    this.#events = events;
    const buffer = (landing ??= new Uint8Array(READ_BYTES));
    const onread = {
      buffer,
      callback: (count: number): boolean => {
        events.received(buffer.subarray(0, count));
        return true;
      },
    };
    const secured = connectSecurely(target, onread);
    const socket: Socket = secured ?? connect({ ...target, onread });
    let isOpen = false;
    this.#isEncrypted = secured !== undefined;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#timer = setTimeout(() => {
      const silence = `it has said nothing within ${timeoutMs} ms: if it speaks TLS only, connect with the option tls (NWS_TLS=1, --tls)`;
      const isSilent = isOpen && secured === undefined;
      socket.destroy(new Error(isSilent ? silence : `no connection within ${timeoutMs} ms`));
    }, timeoutMs);
    socket.on(secured === undefined ? "connect" : "secureConnect", () => {
      isOpen = true;
      this.#channelBinding = secured && channelBindingOf(secured);
      this.#enter();
      events.opened();
    });
    socket.on("drain", () => events.drained());
    socket.on("error", (error: Error) => {
      this.#error = isOpen ? error : explained(error, target);
    });
    socket.on("close", () => {
      clearTimeout(this.#timer);
      this.#leave();
      events.closed(this.#error);
    });
  }

  get channelBinding(): Uint8Array | undefined {
    return this.#channelBinding;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  send(bytes: Uint8Array<ArrayBuffer>, length: number): boolean {
    const lying = Buffer.from(bytes.buffer, bytes.byteOffset, length);
    if (this.#isEncrypted && length <= COPIED_BYTES) {
      this.#socket.write(Buffer.from(lying));
      return true;
    }
    this.#socket.write(lying);
    // A write that the kernel took at once leaves nothing behind.
    return this.#socket.writableLength === 0;
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  ref(): void {
    this.#socket.ref();
    this.#timer.ref();
  }

  unref(): void {
    this.#socket.unref();
    this.#timer.unref();
  }

  established(): void {
    clearTimeout(this.#timer);
  }

  close(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  exit(): void {
    this.#events.exiting();
  }

  #enter(): void {
    if (open.size === 0) {
      process.on("exit", onExit);
    }
    open.add(this);
  }

  #leave(): void {
    if (open.delete(this) && open.size === 0) {
      process.off("exit", onExit);
    }
  }
}

function connectSecurely(target: Target, onread: OnReadOpts): TLSSocket | undefined {
  return "path" in target || target.tls === undefined ? undefined : connectTls(target, target.tls, onread);
}

/** Why there is no connection. */
function explained(error: Error, target: Target): Error {
  // When every address of a name failed, the first failure says most.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return "path" in target || target.tls === undefined ? first : explainTls(first, target.tls.servername ?? target.host);
}
