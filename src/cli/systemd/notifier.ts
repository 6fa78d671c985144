import { execFile } from "node:child_process";

/** It waits for systemd, which answers at once or is not there. */
const PATIENCE_MS = 5000;

/**
 * Tells the service manager how a server gets on, where it wants to know (NOTIFY_SOCKET, as of `Type=notify`). Node cannot send to a Unix datagram
 * socket by itself: `systemd-notify` does, which is there wherever systemd is.
 */
export class Notifier {
  readonly #isWanted: boolean;
  #isBroken = false;
  #last: Promise<void> = Promise.resolve();

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#isWanted = (environment["NOTIFY_SOCKET"] ?? "") !== "";
  }

  ready(status: string): Promise<void> {
    return this.#tell("READY=1", `STATUS=${status}`);
  }

  reloading(): Promise<void> {
    // (Type=notify-reload wants to know since when; Type=notify does not mind.)
    return this.#tell("RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  /** `ms`: how long it may take. */
  stopping(status: string, ms: number): Promise<void> {
    const patience = ms > 0 ? [`EXTEND_TIMEOUT_USEC=${Math.ceil((ms + PATIENCE_MS) * 1000)}`] : [];
    return this.#tell("STOPPING=1", `STATUS=${status}`, ...patience);
  }

  /** Resolves when it was told, or could not be. In the order in which this is called. */
  #tell(...facts: readonly string[]): Promise<void> {
    if (!this.#isWanted) {
      return Promise.resolve();
    }
    this.#last = this.#last.then(
      () =>
        new Promise((resolve) => {
          execFile("systemd-notify", facts, { timeout: PATIENCE_MS }, (error) => {
            if (error !== null && !this.#isBroken) {
              this.#isBroken = true;
              process.stderr.write(`nws: cannot tell systemd how the server gets on: ${error.message.trim()}\n`);
            }
            resolve();
          });
        }),
    );
    return this.#last;
  }
}
