import type { Principal } from "./access/principal.ts";
import { AddressLimits } from "./address-limits.ts";
import type { ClientView } from "./client-view.ts";
import type { Connection } from "./connection.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Limits } from "./limits.ts";
import type { Quota } from "./quota.ts";
import type { Tally } from "./tally.ts";
import { TokenQuotas } from "./token-quotas.ts";

/** Clients that are told that all connections are taken, at a time; further ones are just closed. */
const MOST_TURNED_AWAY = 64;

/** Connections whose client nobody knows yet. With more, those that came first have had their time. */
const MOST_UNKNOWN = 1024;

/** Whether somebody may connect: a sentence says why not, and he may be told; `false`: there is no time to tell him. */
export type Admittance = true | string | false;

/** Everybody who is connected to a server, and how many more may come. */
export class Connections {
  readonly #limits: Limits;
  readonly #tally: Tally;
  readonly #addresses: AddressLimits;
  readonly #tokens: TokenQuotas;
  readonly #all = new Set<Connection>();
  /** Of these, those that are only told that there are too many. */
  readonly #turnedAway = new Set<Connection>();
  /** Of these, those whose client is not known yet, in the order in which they came: strangers must not take everybody's place. */
  readonly #unknown = new Set<Connection>();
  /** Requests of those who are gone. */
  #endedOperations = 0;
  /** Who waits until all have left. */
  readonly #waiting = new Set<() => void>();

  /** `now`: in milliseconds. */
  constructor(limits: Limits, tally: Tally, now: () => number) {
    this.#limits = limits;
    this.#tally = tally;
    this.#addresses = new AddressLimits(limits, now);
    this.#tokens = new TokenQuotas(limits, now);
  }

  /** Of those who were not turned away. */
  get count(): number {
    return this.#all.size - this.#turnedAway.size;
  }

  /** Requests so far. */
  get operationCount(): number {
    let count = this.#endedOperations;
    for (const { client } of this.#all) {
      count += client?.operations ?? 0;
    }
    return count;
  }

  /** Bytes of requests so far, and bytes said to clients. */
  get traffic(): { readonly bytesIn: number; readonly bytesOut: number } {
    let { bytesIn, bytesOut } = this.#tally;
    for (const connection of this.#all) {
      bytesIn += connection.bytesIn;
      bytesOut += connection.bytesOut;
    }
    return { bytesIn, bytesOut };
  }

  /** As they are now: connections may end while one goes through them. */
  all(): Connection[] {
    return [...this.#all];
  }

  /** For whoever only looks. */
  *clients(): Generator<ClientView> {
    for (const { client } of this.#all) {
      if (client !== undefined) {
        yield client;
      }
    }
  }

  /** Whether there is no room even to tell somebody that there is none, when `arriving` others come as well. */
  isCrowded(arriving: number): boolean {
    const isCrowded = arriving + this.count >= this.#limits.maxConnections + MOST_TURNED_AWAY;
    if (isCrowded) {
      this.#tally.refusedConnections.add("server_full");
    }
    return isCrowded;
  }

  /** Whether somebody may connect from there. `isBack`: he was connected, and goes on over another stream. */
  admit(origin: string, isBack: boolean): Admittance {
    const { maxConnections, maxAddressConnections } = this.#limits;
    const { refusedConnections } = this.#tally;
    if (!isBack && !this.#addresses.mayConnect(origin)) {
      refusedConnections.add("too_fast");
      return false;
    }
    const isAddressFull = this.#addresses.isFull(origin);
    if (!isAddressFull && this.count < maxConnections) {
      return true;
    }
    refusedConnections.add(isAddressFull ? "address_full" : "server_full");
    if (this.#turnedAway.size >= MOST_TURNED_AWAY) {
      return false;
    }
    return isAddressFull
      ? `${maxAddressConnections} clients are connected already from this address`
      : `${maxConnections} clients are connected already`;
  }

  /** One that was admitted, or one that is only to be told why not. */
  add(connection: Connection, isTurnedAway: boolean): void {
    if (isTurnedAway) {
      this.#turnedAway.add(connection);
    } else {
      this.#addresses.began(connection.origin);
    }
    this.#all.add(connection);
    this.#unknown.add(connection);
    if (this.#unknown.size > MOST_UNKNOWN) {
      const [first] = this.#unknown;
      first?.drop("others come, and nobody knows who this is");
    }
  }

  /** Why nobody else may come in as this for now, if so. */
  refusesAnother(principal: Principal): string | undefined {
    return this.#tokens.isFull(principal)
      ? `${principal.limits!.maxConnections!} clients are connected already with the token of '${principal.name}'`
      : undefined;
  }

  /** It is known who that is. Returns what is counted for all who came in with the same token. */
  known(connection: Connection, principal: Principal): Quota | undefined {
    this.#unknown.delete(connection);
    return this.#tokens.began(principal);
  }

  /** It is gone. */
  remove(connection: Connection): void {
    this.#endedOperations += connection.endedOperations;
    this.#tally.bytesIn += connection.bytesIn;
    this.#tally.bytesOut += connection.bytesOut;
    this.#all.delete(connection);
    this.#unknown.delete(connection);
    if (connection.tokenQuota !== undefined) {
      this.#tokens.ended(connection.principal!);
    }
    if (!this.#turnedAway.delete(connection)) {
      this.#addresses.ended(connection.origin);
    }
    if (this.#all.size === 0) {
      this.stopWaiting();
    }
  }

  /** Resolves when all have left, after so many milliseconds, or when nobody waits any more. */
  async emptyWithin(ms: number, deadlines: Deadlines): Promise<void> {
    if (this.#all.size > 0) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiting.delete(done);
          deadlines.cancel(deadline);
          resolve();
        };
        const deadline = deadlines.add(ms, { expire: done }, 0);
        this.#waiting.add(done);
      });
    }
  }

  /** Whoever waits until all have left need not. */
  stopWaiting(): void {
    this.#waiting.forEach((done) => done());
  }
}
