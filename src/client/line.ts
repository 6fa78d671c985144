import type { Dictionary } from "../wire/dictionary.ts";
import { ClientHandshake } from "../wire/handshake.ts";
import type { ErrorCode } from "./error-code.ts";
import type { Dialer, Transport, TransportEvents } from "./transport.ts";

/** Why a connection is over. */
export interface ConnectionEnd {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly cause: unknown;
}

export interface LineUser {
  /** The server speaks frames: they may be sent, and what is sent now leaves in one write with the end of the handshake. */
  lineOpened(line: Line): void;
  /** Frames came in, cut anywhere: **valid only during the call**. */
  lineReceived(bytes: Uint8Array): void;
  /** All that was buffered is out. */
  lineDrained(): void;
  /** The program ends now. */
  lineExiting(): void;
  /** It has ended by itself, or was given up. Called last. */
  lineEnded(end: ConnectionEnd): void;
}

/** One transport: the handshake, then bytes both ways. A session may live on several of them, one after the other. */
export class Line implements TransportEvents {
  readonly transport: Transport;
  /** The options that the server has offered; undefined before the end of the handshake. */
  offer: Dictionary | undefined;
  readonly #user: LineUser;
  #handshake: ClientHandshake | undefined = new ClientHandshake();
  #isOver = false;

  /** Begins to connect. */
  constructor(dialer: Dialer, user: LineUser) {
    this.#user = user;
    this.transport = dialer.dial(this);
  }

  /** Ends it after what was sent; its user hears nothing of it any more. */
  close(): void {
    this.#isOver = true;
    this.transport.close();
  }

  /** Ends it at once; its user hears nothing of it any more. */
  destroy(): void {
    this.#isOver = true;
    this.transport.destroy();
  }

  /** Ends it at once, and tells its user so. */
  giveUp(code: ErrorCode, reason: string, cause: unknown): void {
    if (!this.#isOver) {
      this.destroy();
      this.#user.lineEnded({ code, reason, cause });
    }
  }

  opened(): void {
    const greeting = this.#handshake!.greeting.slice();
    this.transport.send(greeting, greeting.length);
  }

  received(bytes: Uint8Array): void {
    if (this.#isOver) {
      return;
    }
    if (this.#handshake === undefined) {
      this.#user.lineReceived(bytes);
    } else {
      this.#shakeHands(this.#handshake, bytes);
    }
  }

  drained(): void {
    if (!this.#isOver) {
      this.#user.lineDrained();
    }
  }

  exiting(): void {
    if (!this.#isOver) {
      this.#user.lineExiting();
    }
  }

  closed(error: Error | undefined): void {
    const code = this.#handshake === undefined ? "connection_lost" : "connect_failed";
    this.giveUp(code, error === undefined ? "the server closed the connection" : describe(error), error);
  }

  #shakeHands(handshake: ClientHandshake, bytes: Uint8Array): void {
    const { write, outcome, rest } = handshake.push(bytes);
    if (outcome !== undefined && outcome.mode !== "multiplexed") {
      this.giveUp(outcome.mode === "old_server" ? "server_too_old" : "connect_failed", outcome.reason, undefined);
      return;
    }
    if (write.length > 0) {
      // The offer is good: what is to be said may go out right behind the answer to it.
      const answer = write.slice();
      this.transport.cork();
      this.transport.send(answer, answer.length);
      this.#user.lineOpened(this);
      this.transport.uncork();
    }
    if (outcome !== undefined) {
      this.offer = outcome.offer;
      this.#handshake = undefined;
      this.transport.established();
      this.#user.lineReceived(rest);
    }
  }
}

/** What went wrong, in a word or a sentence: some errors of sockets have only a code. */
function describe(error: Error & { readonly code?: unknown }): string {
  const code = typeof error.code === "string" ? error.code : "";
  return error.message !== "" ? error.message : code !== "" ? code : error.name;
}
