import type { Limits } from "./limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What a quota allows: the limits of one session, if nothing else is said. */
export type QuotaLimits = Pick<
  Limits,
  "maxOperationsPerSecond" | "maxBytesPerSecond" | "maxSessionWaiting" | "maxSessionWorkspaces"
>;

export const NO_QUOTA: QuotaLimits = {
  maxOperationsPerSecond: Infinity,
  maxBytesPerSecond: Infinity,
  maxSessionWaiting: Infinity,
  maxSessionWorkspaces: Infinity,
};

export function isUnlimited(limits: QuotaLimits): boolean {
  return (
    Math.min(
      limits.maxOperationsPerSecond,
      limits.maxBytesPerSecond,
      limits.maxSessionWaiting,
      limits.maxSessionWorkspaces,
    ) === Infinity
  );
}

/** What one session may do; or several together, which then have the same one. */
export class Quota {
  /** Undefined: as many as there can be. */
  readonly operations: TokenBucket | undefined;
  readonly bytes: TokenBucket | undefined;
  readonly waiting: Allotment;
  readonly workspaces: Allotment;

  /** `now`: in milliseconds. */
  constructor(limits: QuotaLimits, now: () => number) {
    const bucket = (perSecond: number): TokenBucket | undefined =>
      perSecond === Infinity ? undefined : new TokenBucket(perSecond, now);
    this.operations = bucket(limits.maxOperationsPerSecond);
    this.bytes = bucket(limits.maxBytesPerSecond);
    this.waiting = new Allotment(limits.maxSessionWaiting);
    this.workspaces = new Allotment(limits.maxSessionWorkspaces);
  }
}

/** So many of something, for all who share a quota. */
export class Allotment {
  readonly most: number;
  used = 0;

  constructor(most: number) {
    this.most = most;
  }

  get hasRoom(): boolean {
    return this.used < this.most;
  }
}

/** What one session has of an allotment; it gives that back when it ends. */
export class Portion {
  readonly allotment: Allotment;
  #count = 0;

  constructor(allotment: Allotment) {
    this.allotment = allotment;
  }

  /** It has so many now, whether or not there is room for them. */
  set(count: number): void {
    this.allotment.used += count - this.#count;
    this.#count = count;
  }
}
