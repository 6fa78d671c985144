import type { Principal } from "./access/principal.ts";
import { type QuotaLimits, Quota } from "./quota.ts";

interface Shared {
  readonly quota: Quota;
  connections: number;
}

/** What is counted for all sessions of a token together, while there are any. */
export class TokenQuotas {
  readonly #limits: QuotaLimits;
  readonly #now: () => number;
  readonly #shared = new Map<Principal["id"], Shared>();

  /** `limits`: the server's own, for what a token does not say. */
  constructor(limits: QuotaLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Whether no further connection may come in as this. */
  isFull({ id, limits }: Principal): boolean {
    const most = limits?.maxConnections ?? Infinity;
    return (this.#shared.get(id)?.connections ?? 0) >= most;
  }

  /** One more connection. Undefined: its token has no limits. */
  began(principal: Principal): Quota | undefined {
    const { id, limits } = principal;
    if (limits === undefined) {
      return undefined;
    }
    let shared = this.#shared.get(id);
    if (shared === undefined) {
      const own: QuotaLimits = {
        maxOperationsPerSecond: limits.maxOperationsPerSecond ?? this.#limits.maxOperationsPerSecond,
        maxBytesPerSecond: limits.maxBytesPerSecond ?? this.#limits.maxBytesPerSecond,
        maxSessionWaiting: limits.maxWaiting ?? this.#limits.maxSessionWaiting,
        maxSessionWorkspaces: limits.maxWorkspaces ?? this.#limits.maxSessionWorkspaces,
      };
      shared = { quota: new Quota(own, this.#now), connections: 0 };
      this.#shared.set(id, shared);
    }
    shared.connections++;
    return shared.quota;
  }

  /** One less, of those that began. */
  ended({ id }: Principal): void {
    const shared = this.#shared.get(id);
    if (shared !== undefined && --shared.connections === 0) {
      this.#shared.delete(id);
    }
  }
}
