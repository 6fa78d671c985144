import type { Duplex } from "node:stream";

/** So many connections at a time may be there on which nobody was known; of more, the oldest are closed. */
const MOST_STRANGERS = 1024;

/** Connections to the web interface that have not shown who uses them: these must not take the place of those who have. */
export class Strangers {
  readonly #sockets = new Set<Duplex>();
  readonly #most: number;

  constructor(most = MOST_STRANGERS) {
    this.#most = most;
  }

  add(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    if (this.#sockets.size > this.#most) {
      const [oldest] = this.#sockets;
      oldest?.destroy();
    }
  }

  /** Somebody was known there, or somebody else counts the connection from now on. */
  remove(socket: Duplex): void {
    this.#sockets.delete(socket);
  }
}
