import type { Duplex } from "node:stream";
import { FIRST_LANDING_BYTES, LANDING_BYTES, readLanding } from "./landing.ts";
import type { Logger } from "./logger.ts";

/** Who uses a line. */
export interface LineUser {
  /** Valid only during the call. */
  received(chunk: Uint8Array): void;
  /** The other side will send no more. */
  inputEnded(): void;
  /** It is closed, by whomever. */
  lineClosed(): void;
}

/** One socket that was accepted. Its user may hand it to another one: so a session goes on over another socket than it began on. */
export class Line {
  readonly socket: Duplex;
  readonly #widen: () => void;
  #isWide = false;
  /** Nobody: what happens is ignored. */
  user: LineUser | undefined;

  /** `accepted`: paused. */
  constructor(accepted: Duplex, peer: string, logger: Logger, user: LineUser) {
    this.user = user;
    this.socket = accepted;
    accepted.on("end", () => {
      this.user?.inputEnded();
    });
    accepted.on("error", (error) => {
      logger.debug({ peer, err: error }, "connection broken");
    });
    accepted.on("close", () => {
      this.user?.lineClosed();
    });
    this.#widen = readLanding(accepted, (chunk) => {
      this.user?.received(chunk);
    });
  }

  /** How long a chunk can be: behind such a one there may be more. */
  get mostBytes(): number {
    return this.#isWide ? LANDING_BYTES : FIRST_LANDING_BYTES;
  }

  /** From now on it is known who is at the other end: chunks may be long. */
  widen(): void {
    if (!this.#isWide) {
      this.#isWide = true;
      this.#widen();
    }
  }

  /** Leaves the socket, paused, to whoever had it accepted. (It must have been read from before: what lands comes here for ever.) */
  release(): void {
    this.user = undefined;
    this.socket.pause();
  }

  /** Closes it; nobody hears of it any more. */
  cut(): void {
    this.user = undefined;
    this.socket.destroy();
  }
}
