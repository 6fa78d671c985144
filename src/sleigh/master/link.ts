import { NetWorkSpace, type NwsServer } from "../../client/index.ts";
import { type PartMessage, Variables } from "../messages.ts";
import { SealError, type Sealer } from "../seal.ts";

/** So many requests for results wait at the server: the next one is there when the first is answered. */
const LANES = 3;
const MOST_AT_ONCE = 256;

/** What of the sleigh's traffic must be reported to the user and stops nothing. */
export type Warn = (text: string) => void;

export interface LinkOptions {
  readonly server: NwsServer;
  readonly nws: NetWorkSpace;
  readonly sealer: Sealer;
  readonly warn: Warn;
}

/**
 * The master's side of the sleigh's workspace: what is stored is sealed, what is read is opened, and what is not genuine is
 * reported and dropped. Nothing of it keeps the program running.
 */
export class Link {
  readonly server: NwsServer;
  readonly nws: NetWorkSpace;
  readonly #sealer: Sealer;
  readonly #warn: Warn;
  readonly #stored = new Set<string>();

  constructor({ server, nws, sealer, warn }: LinkOptions) {
    this.server = server;
    this.nws = nws;
    this.#sealer = sealer;
    this.#warn = warn;
    server.unref();
  }

  /** Seals and stores. Returns the number of bytes, and when the server has them. */
  post(variable: string, message: object): { readonly bytes: number; readonly done: Promise<void> } {
    const envelope = this.#sealer.seal(variable, message);
    return { bytes: envelope.length, done: this.nws.store(variable, envelope) };
  }

  /** Stores a part, once. What is stored after this call comes after it. */
  put(part: Omit<PartMessage, "kind">): void {
    if (!this.#stored.has(part.hash)) {
      const variable = Variables.part(part.hash);
      // Workers that come later read it too: nobody may put anything before it.
      const guarded = this.nws.guard(variable);
      const { done } = this.post(variable, { kind: "part", ...part });
      // Whoever stores what needs the part meets the same failure.
      Promise.all([guarded, done]).catch(() => undefined);
      this.#stored.add(part.hash);
    }
  }

  /** Removes a part that nobody will ask for any more. (Who did would wait for ever.) */
  drop(hash: string): void {
    if (this.#stored.delete(hash)) {
      this.nws.deleteVar(Variables.part(hash)).catch(() => undefined);
    }
  }

  /** Reads a variable for as long as it and the session are there. `take` must not throw. Rejects with what ended it. */
  async listen(variable: string, take: (message: never) => void): Promise<never> {
    const lanes: Promise<unknown[]>[] = [];
    const ask = (): void => {
      const lane = this.nws.fetchMany(variable, { max: MOST_AT_ONCE });
      // Awaited later, in turn.
      lane.catch(() => undefined);
      lanes.push(lane);
    };
    for (let i = 0; i < LANES; i++) {
      ask();
    }
    for (;;) {
      const values = await lanes.shift()!;
      ask();
      for (const value of values) {
        this.#open(variable, value, take);
      }
    }
  }

  /** The workspace of a worker, which is there for as long as it lives. */
  home(name: string): NetWorkSpace {
    return new NetWorkSpace(name, { server: this.server, useUse: true, create: false });
  }

  #open(variable: string, value: unknown, take: (message: never) => void): void {
    let message: never;
    try {
      message = this.#sealer.open<never>(variable, value);
    } catch (error) {
      this.#warn(error instanceof SealError ? error.message : `an unreadable message: ${String(error)}`);
      return;
    }
    take(message);
  }
}
