import type { Duplex } from "node:stream";
import { readLanding } from "./landing.ts";
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
    readLanding(accepted, (chunk) => {
      this.user?.received(chunk);
    });
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
