import { Duplex } from "node:stream";
import type { Transport, TransportEvents } from "../../../src/client/transport.ts";
import type { World } from "./world.ts";

/** Nobody waits longer than this to be told that a connection was cut. */
const MOST_DEAF_MS = 400;

/** One direction of a connection: bytes arrive in order, in pieces cut anywhere, some time later. */
class Pipe {
  readonly #world: World;
  readonly #arrive: (bytes: Uint8Array) => void;
  readonly #ended: () => void;
  #lastAt = 0;
  #isBroken = false;

  constructor(world: World, arrive: (bytes: Uint8Array) => void, ended: () => void) {
    this.#world = world;
    this.#arrive = arrive;
    this.#ended = ended;
  }

  send(bytes: Uint8Array): void {
    const { random } = this.#world;
    for (let at = 0; at < bytes.length;) {
      const isWhole = random.chance(0.8);
      const end = isWhole ? bytes.length : at + 1 + random.below(bytes.length - at);
      // (A copy. `slice` of one of Node's buffers would be none.)
      const piece = new Uint8Array(bytes.subarray(at, end));
      this.#later(() => this.#arrive(piece));
      at = end;
    }
  }

  /** The sender will send no more. */
  end(): void {
    this.#later(() => this.#ended());
  }

  /** What is under way is lost, and so is what comes after it. */
  break(): void {
    this.#isBroken = true;
  }

  #later(task: () => void): void {
    const world = this.#world;
    this.#lastAt = Math.max(this.#lastAt, world.now + world.someTime(3));
    world.at(this.#lastAt, () => {
      if (!this.#isBroken) {
        task();
      }
    });
  }
}

/** The server's end of a connection. */
class ServerSocket extends Duplex {
  readonly #link: Link;
  readonly #pipe: Pipe;

  constructor(link: Link, pipe: Pipe) {
    super();
    this.#link = link;
    this.#pipe = pipe;
    this.on("error", () => undefined); // Its user hears of it as well, if it has one yet.
  }

  override _read(): void {
    // What arrives is pushed.
  }

  override _write(chunk: Uint8Array, _encoding: unknown, done: () => void): void {
    this.#pipe.send(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.#pipe.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#link.serverHasClosed();
    done(error);
  }
}

/** A simulated connection: the client's end is a transport, the server's a stream. Either may be gone without the other's knowing it yet. */
export class Link implements Transport {
  readonly bufferedBytes = 0;
  readonly socket: Duplex;
  /** The server (or one of its machine) has heard of the end, or will have by then; Infinity while nobody ends it. */
  serverKnowsAt = Infinity;
  /** A fault has ended it. */
  isBroken = false;
  readonly #world: World;
  readonly #events: TransportEvents;
  readonly #toServer: Pipe;
  readonly #toClient: Pipe;
  #isClientGone = false;
  #isServerGone = false;

  constructor(world: World, events: TransportEvents) {
    this.#world = world;
    this.#events = events;
    this.#toServer = new Pipe(
      world,
      (bytes) => void this.socket.push(bytes),
      () => void this.socket.push(null),
    );
    this.#toClient = new Pipe(
      world,
      (bytes) => {
        if (!this.#isClientGone) {
          events.received(bytes);
          // They were valid only during the call.
          bytes.fill(0xee);
        }
      },
      () => this.#tellClient(undefined),
    );
    this.socket = new ServerSocket(this, this.#toClient);
  }

  // For the network and what goes wrong in it

  opened(): void {
    if (!this.#isClientGone) {
      this.#events.opened();
    }
  }

  /** There is nobody to connect to. */
  refuse(): void {
    this.isBroken = true;
    this.#isServerGone = true;
    this.serverKnowsAt = this.#world.now;
    this.#tellClient(new Error("nobody listens there"));
  }

  /** What is under way is lost in both directions; each side hears of it at another time. */
  cut(): void {
    this.isBroken = true;
    this.#toServer.break();
    this.#toClient.break();
    this.#world.after(this.#deafness(), () => this.#tellClient(new Error("the connection was cut")));
    this.#tellServerIn(this.#deafness());
  }

  /** The client's process is gone. */
  clientCrashed(): void {
    this.#isClientGone = true;
    this.isBroken = true;
    if (this.#world.random.chance(0.5)) {
      this.#toServer.break();
    }
    this.#tellServerIn(this.#deafness());
  }

  /** The server's process is gone. */
  serverCrashed(): void {
    this.#isServerGone = true;
    this.isBroken = true;
    this.serverKnowsAt = Math.min(this.serverKnowsAt, this.#world.now);
    this.#toServer.break();
    if (this.#world.random.chance(0.5)) {
      this.#toClient.break();
    }
    this.#world.after(this.#deafness(), () => this.#tellClient(new Error("the server is gone")));
  }

  // For the server

  serverHasClosed(): void {
    if (!this.#isServerGone) {
      this.#isServerGone = true;
      this.serverKnowsAt = Math.min(this.serverKnowsAt, this.#world.now);
      this.#toServer.break();
      this.#toClient.end();
    }
  }

  // For the client

  send(bytes: Uint8Array, length: number): boolean {
    if (!this.#isClientGone) {
      this.#toServer.send(bytes.slice(0, length));
    }
    return true;
  }

  close(): void {
    this.#toServer.end();
  }

  destroy(): void {
    if (!this.#isClientGone) {
      this.#isClientGone = true;
      this.#tellServerIn(this.#deafness());
    }
  }

  cork(): void {
    // Each write is a packet of its own.
  }

  uncork(): void {
    // As above.
  }

  ref(): void {
    // No program is kept running by what is simulated.
  }

  unref(): void {
    // As above.
  }

  established(): void {
    // There is no time limit.
  }

  // Inside

  #deafness(): number {
    return Math.min(MOST_DEAF_MS, this.#world.someTime(40));
  }

  #tellClient(error: Error | undefined): void {
    if (!this.#isClientGone) {
      this.#isClientGone = true;
      this.#events.closed(error);
      this.#tellServerIn(this.#deafness());
    }
  }

  #tellServerIn(ms: number): void {
    const at = this.#world.now + ms;
    if (at < this.serverKnowsAt) {
      this.serverKnowsAt = at;
      this.#world.after(ms, () => {
        if (!this.#isServerGone) {
          this.#isServerGone = true;
          this.#toClient.break();
          this.socket.destroy(new Error("the connection was cut"));
        }
      });
    }
  }
}
