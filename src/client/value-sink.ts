/** Takes values as they travel, one after the other: descriptor and bytes, a long one in pieces. */
export interface ValueSink {
  /** A whole value: bytes `[start, end)`, which may change after the call. */
  value(descriptor: number, bytes: Uint8Array, start: number, end: number): void;
  /** A value of `length` bytes begins, which come by `piece`. */
  begin(descriptor: number, length: number): void;
  /** The next bytes of it. More come when the promise is settled. */
  piece(bytes: Uint8Array): Promise<void>;
  /** Called now and then: resolves when there is room for more. */
  drained(): Promise<void>;
}
