import type { Deadline, Deadlines, DeadlineTarget } from "./deadlines.ts";
import type { Limits } from "./limits.ts";

/** How often is looked whether somebody gets on, at most, in milliseconds. */
const LOOK_MS = 1000;

/** Over the bound so many are dropped that there is some room again, and not the next one a moment later. */
const ROOM_AFTERWARDS = 7 / 8;

/** A connection for which something waits. */
export interface SlowClient {
  /** Bytes that it has not taken, or is not known to have received. */
  readonly waitingBytes: number;
  /** Changes whenever it takes something. */
  readonly progress: number;
  /** Whether it is still worth watching. */
  readonly isSlow: boolean;
  drop(reason: string): void;
}

/** One that is watched: when it was last seen to take something, and what waited for it when it last had more. */
interface Watched {
  progress: number;
  progressAt: number;
  bytes: number;
}

/**
 * Those who do not take what is said to them at once. Who takes nothing for too long is dropped; and when too much waits for all of them
 * together, those who have taken nothing for longest, and of these the ones for whom most waits.
 */
export class SlowClients implements DeadlineTarget {
  readonly #deadlines: Deadlines;
  readonly #now: () => number;
  readonly #limits: Pick<Limits, "maxStalledMs" | "maxTotalUnsentBytes">;
  readonly #watched = new Map<SlowClient, Watched>();
  /** Of all that are watched, as far as is known: what they have taken since the last look is in it. */
  #totalBytes = 0;
  #look: Deadline | undefined;
  #droppedCount = 0;

  constructor(limits: Pick<Limits, "maxStalledMs" | "maxTotalUnsentBytes">, deadlines: Deadlines, now: () => number) {
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#now = now;
  }

  get count(): number {
    return this.#watched.size;
  }

  /** Those that were dropped because they were too slow. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Drops one that is too slow. */
  drop(client: SlowClient, reason: string): void {
    this.#droppedCount++;
    client.drop(reason);
  }

  /** More waits for it than before. */
  hasMore(client: SlowClient): void {
    const bytes = client.waitingBytes;
    const known = this.#watched.get(client);
    if (known === undefined) {
      this.#watched.set(client, { progress: client.progress, progressAt: this.#now(), bytes });
      this.#totalBytes += bytes;
      this.#look ??= this.#deadlines.add(this.#lookMs, this, 0);
    } else {
      this.#totalBytes += bytes - known.bytes;
      known.bytes = bytes;
    }
    if (this.#totalBytes > this.#limits.maxTotalUnsentBytes) {
      this.#recount();
      this.#makeRoom();
    }
  }

  /** It is gone, or has taken all. */
  remove(client: SlowClient): void {
    const known = this.#watched.get(client);
    if (known !== undefined) {
      this.#watched.delete(client);
      this.#totalBytes -= known.bytes;
    }
  }

  /** Looks who gets on. */
  expire(): void {
    this.#look = undefined;
    this.#recount();
    const now = this.#now();
    for (const [client, { progressAt, bytes }] of this.#watched) {
      if (now - progressAt >= this.#limits.maxStalledMs) {
        this.drop(client, `it has taken nothing for ${this.#limits.maxStalledMs} ms, and ${bytes} bytes wait for it`);
      }
    }
    if (this.#watched.size > 0) {
      this.#look = this.#deadlines.add(this.#lookMs, this, 0);
    }
  }

  get #lookMs(): number {
    return Math.max(1, Math.min(LOOK_MS, this.#limits.maxStalledMs / 4));
  }

  #recount(): void {
    const now = this.#now();
    for (const [client, known] of this.#watched) {
      if (!client.isSlow) {
        this.remove(client);
        continue;
      }
      const { progress, waitingBytes } = client;
      if (progress !== known.progress) {
        known.progress = progress;
        known.progressAt = now;
      }
      this.#totalBytes += waitingBytes - known.bytes;
      known.bytes = waitingBytes;
    }
  }

  #makeRoom(): void {
    if (this.#totalBytes <= this.#limits.maxTotalUnsentBytes) {
      return;
    }
    const now = this.#now();
    // (As exactly as anybody looks.)
    const stalled = ({ progressAt }: Watched): number => Math.floor((now - progressAt) / this.#lookMs);
    const slowest = [...this.#watched].sort(([, a], [, b]) => stalled(b) - stalled(a) || b.bytes - a.bytes);
    for (const [client, { bytes }] of slowest) {
      if (this.#totalBytes <= this.#limits.maxTotalUnsentBytes * ROOM_AFTERWARDS) {
        break;
      }
      this.drop(client, `${this.#totalBytes} bytes wait for slow clients, ${bytes} of them for this one`);
    }
  }
}
