import type { Dictionary } from "../wire/dictionary.ts";
import { Option } from "../wire/options.ts";
import { NOT_ASKED } from "./login.ts";
import type { Credentials, Dialer, Timer, Transport, TransportEvents } from "./transport.ts";

/** What this client uses of a WebSocket: that of browsers, of Node from 22 on, and of package `ws`. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;
  /** Sends one binary message. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Closes the connection. */
  close(): void;
}

/** The class of a WebSocket, as browsers have it. */
export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** How often it is looked whether what was to be sent has left: a WebSocket does not tell. */
const DRAIN_MS = 5;
const DRAINED_BYTES = 262_144;

/** Connects to the web port of a server: the bytes are those of a TCP connection, cut into messages anyhow. */
export class WebSocketDialer implements Dialer {
  readonly address: string;
  readonly #construct: WebSocketConstructor;
  readonly #timeoutMs: number;
  readonly #token: string | undefined;

  /** `token`: undefined: the browser's login, or the machine, says who this is. */
  constructor(url: string, construct: WebSocketConstructor, timeoutMs: number, token?: string) {
    this.address = url;
    this.#construct = construct;
    this.#timeoutMs = timeoutMs;
    this.#token = token;
  }

  credentials(offer: Dictionary): Promise<Credentials | undefined> | undefined {
    const token = this.#token;
    if (token === undefined) {
      return undefined;
    }
    return offer.has(Option.authenticate) ? Promise.resolve({ token }) : Promise.reject(new Error(NOT_ASKED));
  }

  dial(events: TransportEvents): Transport {
    return new WebSocketTransport(new this.#construct(this.address), this.#timeoutMs, events);
  }

  soon(callback: () => void): void {
    queueMicrotask(callback);
  }

  atTurnEnd(callback: () => void): void {
    setTimeout(callback, 0);
  }

  after(ms: number, callback: () => void): Timer {
    const timer: unknown = setTimeout(callback, ms);
    // In browsers it is a number, and nothing keeps a page running.
    const { ref, unref } = timer as { ref?: () => void; unref?: () => void };
    return {
      cancel: () => clearTimeout(timer as number),
      ref: () => ref?.call(timer),
      unref: () => unref?.call(timer),
    };
  }

  now(): number {
    return performance.now();
  }

  random(): number {
    return Math.random();
  }
}

class WebSocketTransport implements Transport {
  readonly #socket: WebSocketLike;
  readonly #events: TransportEvents;
  readonly #timer: ReturnType<typeof setTimeout>;
  #isOpen = false;
  #isOver = false;
  #error: Error | undefined;
  #isDraining = false;

  constructor(socket: WebSocketLike, timeoutMs: number, events: TransportEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#timer = setTimeout(() => this.#fail(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#isOpen = true;
      events.opened();
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (!this.#isOver && data instanceof ArrayBuffer) {
        events.received(new Uint8Array(data));
      }
    };
    socket.onerror = () => {
      this.#error ??= new Error(this.#isOpen ? "the WebSocket broke" : "the WebSocket could not be opened");
    };
    socket.onclose = ({ wasClean }: { readonly wasClean?: boolean }) => {
      this.#end(this.#error ?? (wasClean === false ? new Error("the WebSocket broke") : undefined));
    };
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(bytes: Uint8Array<ArrayBuffer>, length: number): boolean {
    if (!this.#isOver) {
      // A WebSocket takes a copy, so the buffer is free at once.
      this.#socket.send(bytes.subarray(0, length));
      this.#watchDraining();
    }
    return true;
  }

  cork(): void {
    // Every send is a message, and few are as good as one.
  }

  uncork(): void {
    // See `cork`.
  }

  ref(): void {
    // A page lives for as long as it is open; in Node a WebSocket keeps the program running.
  }

  unref(): void {
    // See `ref`.
  }

  established(): void {
    clearTimeout(this.#timer);
  }

  close(): void {
    this.#socket.close();
  }

  destroy(): void {
    this.#end(undefined);
    this.#socket.close();
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#end(this.#error);
    this.#socket.close();
  }

  #end(error: Error | undefined): void {
    if (!this.#isOver) {
      this.#isOver = true;
      clearTimeout(this.#timer);
      // Never during a call of the user's.
      setTimeout(() => this.#events.closed(error), 0);
    }
  }

  #watchDraining(): void {
    if (this.#isDraining || this.#socket.bufferedAmount <= DRAINED_BYTES) {
      return;
    }
    this.#isDraining = true;
    const look = (): void => {
      if (this.#isOver || this.#socket.bufferedAmount <= DRAINED_BYTES) {
        this.#isDraining = false;
        if (!this.#isOver) {
          this.#events.drained();
        }
      } else {
        setTimeout(look, DRAIN_MS);
      }
    };
    setTimeout(look, DRAIN_MS);
  }
}
