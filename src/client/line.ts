import type { Dictionary } from "../wire/dictionary.ts";
import { ClientHandshake } from "../wire/handshake.ts";
import type { ErrorCode } from "./error-code.ts";
import { LineLogin, type LineLoginUser } from "./line-login.ts";
import type { Dialer, Transport, TransportEvents } from "./transport.ts";

/** Why a connection is over. */
export interface ConnectionEnd {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly cause: unknown;
}

export interface LineUser {
  /** The server speaks frames: they may be sent, and what is sent now leaves in one write with the end of the handshake, unless there was a login. */
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

/**
 * One transport: the handshake, the login where there is one, then bytes both ways. A session may live on several of them, one after
 * the other.
 */
export class Line implements TransportEvents, LineLoginUser {
  readonly transport: Transport;
  /** The options that the server has offered; undefined before the end of the handshake. */
  offer: Dictionary | undefined;
  readonly #user: LineUser;
  readonly #dialer: Dialer;
  #handshake: ClientHandshake | undefined = new ClientHandshake();
  #login: LineLogin | undefined;
  #isOver = false;

  /** Begins to connect. */
  constructor(dialer: Dialer, user: LineUser) {
    this.#user = user;
    this.#dialer = dialer;
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
    if (this.#handshake !== undefined) {
      this.#shakeHands(this.#handshake, bytes);
    } else if (this.#login !== undefined) {
      this.#logIn(this.#login, bytes);
    } else {
      this.#user.lineReceived(bytes);
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
    const isEstablished = this.#handshake === undefined && this.#login === undefined;
    const reason = error === undefined ? "the server closed the connection" : describe(error);
    this.giveUp(isEstablished ? "connection_lost" : "connect_failed", reason, error);
  }

  loggedIn(): void {
    this.#login = undefined;
    if (!this.#isOver) {
      this.#user.lineOpened(this);
      this.#established();
    }
  }

  notLoggedIn(code: ErrorCode, reason: string, cause: unknown): void {
    this.giveUp(code, reason, cause);
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
      const credentials = this.#dialer.credentials?.(handshake.offer);
      if (credentials === undefined) {
        this.#user.lineOpened(this);
      } else {
        this.#login = new LineLogin(this.transport, credentials, this);
      }
      this.transport.uncork();
    }
    if (outcome !== undefined) {
      this.offer = outcome.offer;
      this.#handshake = undefined;
      this.#established();
      if (rest.length > 0) {
        this.received(rest);
      }
    }
  }

  #logIn(login: LineLogin, bytes: Uint8Array): void {
    try {
      login.received(bytes);
    } catch (error) {
      this.giveUp("connect_failed", `the server does not keep to the protocol: ${(error as Error).message}`, error);
    }
  }

  #established(): void {
    if (this.#handshake === undefined && this.#login === undefined) {
      this.transport.established();
    }
  }
}

/** What went wrong, in a word or a sentence: some errors of sockets have only a code. */
function describe(error: Error & { readonly code?: unknown }): string {
  const code = typeof error.code === "string" ? error.code : "";
  return error.message !== "" ? error.message : code !== "" ? code : error.name;
}
