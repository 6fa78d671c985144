import type { Duplex } from "node:stream";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import { ResumableStream } from "../wire/resumable-stream.ts";
import { Reply } from "../wire/verbs.ts";
import { GaugedBytes, type MemoryGauge } from "./memory-gauge.ts";

/** What a connection has that survives its sockets: how long, what it must say again on the next one, and what that may take. */
export class Survival {
  readonly graceMs: number;
  readonly stream: ResumableStream;
  readonly #maxKeptBytes: number;
  /** What is kept while the client is away. (While it is there it is as much as is under way to it.) */
  readonly #keptMeanwhile: GaugedBytes;

  /** `greetingBytes`: what is said and not yet sent, which belongs to the greeting. */
  constructor(graceMs: number, greetingBytes: number, maxKeptBytes: number, memory: MemoryGauge) {
    this.graceMs = graceMs;
    this.stream = new ResumableStream(greetingBytes, Reply.received);
    this.#maxKeptBytes = maxKeptBytes;
    this.#keptMeanwhile = new GaugedBytes(memory);
  }

  /** The client has received so many bytes. */
  acknowledged(count: number): void {
    const { kept } = this.stream;
    if (count > kept.end) {
      throw new ProtocolFault(`${count} bytes are said to be received, but only ${kept.end} were sent`);
    }
    kept.release(count);
  }

  /** Whether there is room for all that is kept. */
  hasRoom(isAway: boolean): boolean {
    const { byteCount } = this.stream.kept;
    const fits = !isAway || this.#keptMeanwhile.set(byteCount);
    return fits && byteCount <= this.#maxKeptBytes;
  }

  /** The client has come back, and has so many bytes: writes what it has not. */
  sayAgain(socket: Duplex, receivedCount: number): void {
    const { kept } = this.stream;
    this.#keptMeanwhile.set(0);
    kept.release(receivedCount);
    socket.cork();
    for (const piece of kept.pieces()) {
      socket.write(piece);
    }
    socket.uncork();
  }

  end(): void {
    this.#keptMeanwhile.set(0);
    this.stream.kept.clear();
  }
}
