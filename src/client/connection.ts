import { ByteWriter } from "../wire/byte-writer.ts";
import type { Dictionary } from "../wire/dictionary.ts";
import { FrameReader, type FrameSink } from "../wire/frame-reader.ts";
import { ClientHandshake } from "../wire/handshake.ts";
import type { ErrorCode } from "./error-code.ts";
import type { Dialer, Transport, TransportEvents } from "./transport.ts";

/** With more than this not yet taken by the network, what is to be sent waits here. */
const HIGH_WATER_BYTES = 1_048_576;

/** A buffer that grew beyond this is not kept. */
const KEPT_BYTES = 1_048_576;

const WRITER_BYTES = 32_768;

/** Why a connection is over. */
export interface ConnectionEnd {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly cause: unknown;
}

export interface ConnectionUser {
  /** What was in the writer has been handed over: room for chunks. */
  flushed(): void;
  /** All frames of what came in at once have been given. */
  receivedAll(): void;
  ended(end: ConnectionEnd): void;
}

/**
 * One connection: the handshake, then frames both ways. Whoever has something to say writes it into `writer` and calls
 * `wake`: all of a turn leaves in one write. Before the server has said that it speaks frames, and while
 * the network is behind, it waits in `writer`.
 */
export class Connection implements TransportEvents {
  readonly writer = new ByteWriter(WRITER_BYTES);
  readonly #dialer: Dialer;
  readonly #user: ConnectionUser;
  readonly #reader: FrameReader;
  readonly #transport: Transport;
  #offer: Dictionary | undefined;
  #handshake: ClientHandshake | undefined = new ClientHandshake();
  #isOpen = false;
  #isOver = false;
  #isAwake = false;

  constructor(dialer: Dialer, user: ConnectionUser, sink: FrameSink) {
    this.#dialer = dialer;
    this.#user = user;
    this.#reader = new FrameReader(sink);
    this.#transport = dialer.dial(this);
  }

  /** The options that the server has offered; undefined before the end of the handshake. */
  get offer(): Dictionary | undefined {
    return this.#offer;
  }

  /** A write is coming in this turn. */
  get isAwake(): boolean {
    return this.#isAwake;
  }

  /** There is something in `writer`, whether or not a write is coming. */
  get hasUnsent(): boolean {
    return this.writer.length > 0;
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  /** There is something in `writer`. */
  wake(): void {
    if (!this.#isAwake) {
      this.#isAwake = true;
      this.#dialer.soon(this.flush);
    }
  }

  /** Writes at once what there is, as far as the network takes it. */
  readonly flush = (): void => {
    this.#isAwake = false;
    if (!this.#isOpen || this.#transport.bufferedBytes > HIGH_WATER_BYTES) {
      return;
    }
    this.#push();
    this.#user.flushed();
  };

  /** Bytes that go out as they lie, behind what is in `writer`: they must not change until they are out. */
  sendBehind(bytes: Uint8Array<ArrayBuffer>): void {
    this.#push();
    this.#transport.send(bytes, bytes.length);
  }

  cork(): void {
    this.#transport.cork();
  }

  uncork(): void {
    this.#push();
    this.#transport.uncork();
  }

  ref(): void {
    this.#transport.ref();
  }

  unref(): void {
    this.#transport.unref();
  }

  /** Ends it after what was sent; `ended` is not called any more. */
  close(): void {
    if (!this.#isOver) {
      this.#over();
      this.#transport.close();
    }
  }

  /** Ends it at once; `ended` is not called any more. */
  destroy(): void {
    if (!this.#isOver) {
      this.#over();
      this.#transport.destroy();
    }
  }

  opened(): void {
    const greeting = this.#handshake!.greeting.slice();
    this.#transport.send(greeting, greeting.length);
  }

  received(bytes: Uint8Array): void {
    if (this.#isOver) {
      return;
    }
    try {
      if (this.#handshake === undefined) {
        this.#reader.push(bytes);
      } else {
        this.#shakeHands(this.#handshake, bytes);
      }
    } catch (error) {
      this.#fail("connection_lost", `the server does not keep to the protocol: ${(error as Error).message}`, error);
      return;
    }
    this.#user.receivedAll();
  }

  drained(): void {
    if (!this.#isOver) {
      this.flush();
    }
  }

  exiting(): void {
    if (!this.#isOver) {
      this.flush();
    }
  }

  closed(error: Error | undefined): void {
    if (this.#isOver) {
      return;
    }
    this.#over();
    const code = this.#handshake === undefined ? "connection_lost" : "connect_failed";
    const reason = error === undefined ? "the server closed the connection" : describe(error);
    this.#user.ended({ code, reason, cause: error });
  }

  #shakeHands(handshake: ClientHandshake, bytes: Uint8Array): void {
    const { write, outcome, rest } = handshake.push(bytes);
    if (outcome !== undefined && outcome.mode !== "multiplexed") {
      this.#fail(outcome.mode === "old_server" ? "server_too_old" : "connect_failed", outcome.reason, undefined);
      return;
    }
    if (write.length > 0) {
      // The offer is good: what was written meanwhile may go out right behind the answer to it.
      const answer = write.slice();
      this.#transport.cork();
      this.#transport.send(answer, answer.length);
      this.#isOpen = true;
      this.flush();
      this.#transport.uncork();
    }
    if (outcome !== undefined) {
      this.#offer = outcome.offer;
      this.#handshake = undefined;
      this.#transport.established();
      this.#reader.push(rest);
    }
  }

  #push(): void {
    const { writer } = this;
    if (writer.length === 0) {
      return;
    }
    const isGone = this.#transport.send(writer.bytes, writer.length);
    if (isGone && writer.bytes.length <= KEPT_BYTES) {
      writer.clear();
    } else {
      writer.take();
    }
  }

  #fail(code: ErrorCode, reason: string, cause: unknown): void {
    if (!this.#isOver) {
      this.#over();
      this.#transport.destroy();
      this.#user.ended({ code, reason, cause });
    }
  }

  #over(): void {
    this.#isOver = true;
    this.#isOpen = false;
  }
}

/** What went wrong, in a word or a sentence: some errors of sockets have only a code. */
function describe(error: Error & { readonly code?: unknown }): string {
  const code = typeof error.code === "string" ? error.code : "";
  return error.message !== "" ? error.message : code !== "" ? code : error.name;
}
