/** What a connection needs of a socket. One of Node's is one, and so is the end of an in-process link. */
export interface ByteSocket {
  /** The other side is in this process. */
  readonly isLocal?: boolean;
  readonly writable: boolean;
  /** Bytes that were written and that the other side (or its kernel) has not taken. */
  readonly writableLength: number;
  readonly errored: Error | null;
  readonly destroyed: boolean;
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  /** While `writableLength` is not 0 afterwards, the bytes must not change until they are taken. */
  write(bytes: Uint8Array, onWritten?: () => void): unknown;
  /** Between these, writes are collected and go out as one. */
  cork(): void;
  uncork(): void;
  end(): unknown;
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
}
