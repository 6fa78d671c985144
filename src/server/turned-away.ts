import { FrameReader, type FrameSink } from "../wire/frame-reader.ts";
import { writeFailed } from "../wire/server-frames.ts";
import type { Connection } from "./connection.ts";
import { BriefConversation } from "./conversation.ts";

/** A multiplexed client that came when all connections were taken: its first request is answered with that. */
export class TurnedAway extends BriefConversation implements FrameSink {
  readonly #connection: Connection;
  readonly #message: string;
  readonly #reader: FrameReader;

  constructor(connection: Connection, message: string) {
    super();
    this.#connection = connection;
    this.#message = message;
    this.#reader = new FrameReader(this);
  }

  receive(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  frame(request: number): void {
    if (this.#connection.isOpen) {
      writeFailed(this.#connection.out, request, "too_many_connections", this.#message);
      this.#connection.close();
    }
  }

  inputEnded(): void {
    this.#connection.close();
  }
}
