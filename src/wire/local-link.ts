/** The seam between a client and a server in the same process. Types only: the server has the two ends. */

/** What the client's end is told, never during one of its own calls. `opened` comes first, `closed` last and once. */
export interface LocalEvents {
  opened(): void;
  /** Bytes came: **valid only during the call**. */
  received(bytes: Uint8Array): void;
  /** The server has taken all that it had not taken. */
  drained(): void;
  closed(): void;
}

/** The client's end. */
export interface LocalLink {
  /** Bytes that were sent and that the server has not taken. */
  readonly unsentBytes: number;
  /** Sends the first `length` bytes, of which it makes a copy. */
  send(bytes: Uint8Array, length: number): void;
  /** Sends no more; the server answers what it has got, and hangs up. */
  end(): void;
  /** Hangs up at once. */
  destroy(): void;
}

/** A server in this process, as a client sees it. */
export interface LocalServer {
  readonly host: string;
  readonly port: number;
  /** A connection without a socket. When the server takes nobody (any more), it closes right away. */
  connect(events: LocalEvents): LocalLink;
}
