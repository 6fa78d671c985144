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
  /** As `readLanding` gives it. */
  readonly socket: Duplex;
  /** Nobody: what happens is ignored. */
  user: LineUser | undefined;

  /** `accepted`: paused. */
  constructor(accepted: Duplex, peer: string, logger: Logger, user: LineUser) {
    this.user = user;
    const socket = readLanding(accepted, (chunk) => {
      this.user?.received(chunk);
    });
    this.socket = socket;
    socket.on("end", () => {
      this.user?.inputEnded();
    });
    socket.on("error", (error) => {
      logger.debug({ peer, err: error }, "connection broken");
    });
    socket.on("close", () => {
      this.user?.lineClosed();
    });
  }

  /** Leaves the socket, paused, to whoever had it accepted. Only where `readLanding` has not taken it over. */
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
