import type { Limits } from "./limits.ts";
import { isLoopback } from "./loopback.ts";
import { TokenBucket } from "./token-bucket.ts";

/** When so many addresses are known, those are forgotten about which there is nothing to know. */
const SWEEP_AT = 1024;

interface Known {
  connections: number;
  /** Undefined as long as there was no limit on them. */
  arrivals: TokenBucket | undefined;
}

/**
 * How many connections come from one address, and how often; counted also while there is no limit, for there may be one later. This machine's own clients are not counted: behind its address may be many
 * (tunnels, proxies, workers), and whom it lets in is its own affair. An IPv6 address is as good as any other of its network of 64 bits.
 */
export class AddressLimits {
  readonly #limits: Pick<Limits, "maxAddressConnections" | "maxConnectsPerSecond">;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  #sweepAt = SWEEP_AT;

  /** `now`: in milliseconds. */
  constructor(limits: Pick<Limits, "maxAddressConnections" | "maxConnectsPerSecond">, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get count(): number {
    return this.#known.size;
  }

  /** Somebody connects. Returns false when that comes too soon after others from the same address. */
  mayConnect(peer: string): boolean {
    const known = this.#of(peer);
    const perSecond = this.#limits.maxConnectsPerSecond;
    if (known === undefined || perSecond === Infinity) {
      return true;
    }
    if (known.arrivals?.perSecond !== perSecond) {
      known.arrivals = new TokenBucket(perSecond, this.#now);
    }
    return known.arrivals.tryTake(1);
  }

  /** Whether there are as many connections of its address as there may be. */
  isFull(peer: string): boolean {
    return (this.#of(peer)?.connections ?? 0) >= this.#limits.maxAddressConnections;
  }

  /** A connection has begun. */
  began(peer: string): void {
    const known = this.#of(peer);
    if (known !== undefined) {
      known.connections++;
    }
  }

  ended(peer: string): void {
    const known = this.#of(peer);
    if (known !== undefined) {
      known.connections--;
    }
  }

  #of(peer: string): Known | undefined {
    const network = networkOf(peer);
    if (network === undefined) {
      return undefined;
    }
    let known = this.#known.get(network);
    if (known === undefined) {
      this.#sweep();
      known = { connections: 0, arrivals: undefined };
      this.#known.set(network, known);
    }
    return known;
  }

  #sweep(): void {
    if (this.#known.size >= this.#sweepAt) {
      for (const [network, { connections, arrivals }] of this.#known) {
        if (connections === 0 && arrivals?.isFull !== false) {
          this.#known.delete(network);
        }
      }
      this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#known.size);
    }
  }
}

/** Of `ADDRESS:PORT`, with something behind it or not; undefined for who is on this machine. */
function networkOf(peer: string): string | undefined {
  const address = peer.slice(0, Math.max(0, peer.lastIndexOf(":")));
  if (address === "" || isLoopback(address)) {
    return undefined;
  }
  return address.includes(":") ? firstGroups(address) : address;
}

/** The first four of the eight groups of an IPv6 address, as they are written in full. */
function firstGroups(address: string): string {
  const [head = "", tail = ""] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0") : [];
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}
