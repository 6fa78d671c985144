import { type Lease, LeaseLostError } from "../../client/index.ts";
import { Variables } from "../messages.ts";
import type { Link } from "./link.ts";
import type { OutputRelay } from "./output-relay.ts";

export interface OutboxOptions {
  readonly link: Link;
  readonly relay: OutputRelay;
  /** The server, or the sleigh, is gone. */
  readonly lost: (error: unknown) => void;
}

/** What goes to the server without anybody waiting for the answer. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #sending = new Set<Promise<void>>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** A sealed result, after what its tasks have printed; without a lease it is that of a call. */
  result(lease: Lease<Uint8Array> | undefined, envelope: Uint8Array): void {
    const { relay, link } = this.#options;
    relay.flush();
    this.#track(
      lease === undefined ? link.ws.store(Variables.results, envelope) : lease.complete(Variables.results, envelope),
    );
  }

  /** The chunk goes back to its place, for others. */
  release(lease: Lease<Uint8Array>): void {
    this.#track(lease.release());
  }

  /** What was leased is no chunk, and is nobody's business any more. */
  drop(lease: Lease<Uint8Array>): void {
    this.#track(lease.ack());
  }

  /** Resolves when all of it has reached the server, or cannot. */
  async sent(): Promise<void> {
    await Promise.all(this.#sending);
  }

  #track(promise: Promise<void>): void {
    const sent = promise.then(
      () => void this.#sending.delete(sent),
      (error: unknown) => {
        this.#sending.delete(sent);
        // A lease is lost when somebody has deleted the variable: then there is no one to tell.
        if (!(error instanceof LeaseLostError)) {
          this.#options.lost(error);
        }
      },
    );
    this.#sending.add(sent);
  }
}
