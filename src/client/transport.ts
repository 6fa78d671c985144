import type { Dictionary } from "../wire/dictionary.ts";

/**
 * How bytes travel: the only seam between this client and a network. A TCP or Unix socket in Node is one; a WebSocket is
 * another. Nothing above it knows which.
 */
export interface Transport {
  /** Bytes that were sent and that the network has not yet taken. */
  readonly bufferedBytes: number;
  /**
   * What both ends of its TLS connection know, and nobody between them (RFC 9266, `tls-exporter`: 32 bytes). Undefined without TLS, and
   * where the platform does not tell.
   */
  readonly channelBinding?: Uint8Array | undefined;
  /**
   * Sends the first `length` bytes. True: they are gone, and the caller may use the buffer again at once. False: the
   * transport still needs the buffer, which must not change any more.
   */
  send(bytes: Uint8Array<ArrayBuffer>, length: number): boolean;
  /** Between these, sends are collected and go out as one. */
  cork(): void;
  uncork(): void;
  /** Whether this connection keeps the program running. It does at first. */
  ref(): void;
  unref(): void;
  /** The server has answered as it should: the time limit for connecting no longer holds. */
  established(): void;
  /** Ends the connection, after what was sent has gone out. */
  close(): void;
  /** Ends it at once. */
  destroy(): void;
}

/** What a transport tells its user. `opened` comes once, before any data; `closed` once, and last. */
export interface TransportEvents {
  opened(): void;
  /** Bytes came in: **valid only during the call**. */
  received(bytes: Uint8Array): void;
  /** All that was buffered is out. */
  drained(): void;
  /** The end, by whomever; with an error unless it was an orderly one. */
  closed(error: Error | undefined): void;
  /** The program ends now: last chance to `send`, if sending is synchronous. */
  exiting(): void;
}

/** By what a client is known to a server. */
export interface Credentials {
  readonly token: string;
}

/** Makes connections to one server, knows the turns of its event loop, and has what time and chance there is. */
export interface Dialer {
  /** Where the server is, for messages: `localhost:8765`. */
  readonly address: string;
  /**
   * With what to log in to a server that offers these options. Undefined, or a promise of that: with nothing. Rejects when the
   * token cannot be read, or the server is not one that it could be for. Default: with nothing.
   */
  credentials?(offer: Dictionary): Promise<Credentials | undefined> | undefined;
  /** Begins to connect. The events come later, never during the call. */
  dial(events: TransportEvents): Transport;
  /** Calls back soon, when what runs now is done: what is sent until then leaves in one write. */
  soon(callback: () => void): void;
  /** Calls back at the end of this turn, when nothing more of it is to run. */
  atTurnEnd(callback: () => void): void;
  /** Calls back after so many milliseconds. */
  after(ms: number, callback: () => void): Timer;
  /** Milliseconds from some fixed moment. */
  now(): number;
  /** At random: at least 0, less than 1. */
  random(): number;
}

/** Something that comes later, unless it is cancelled. It keeps the program running at first. */
export interface Timer {
  cancel(): void;
  ref(): void;
  unref(): void;
}
