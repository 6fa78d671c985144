import { type Lease, VariableDeletedError } from "../../client/index.ts";
import { Variables } from "../messages.ts";
import type { Link } from "./link.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Pace } from "./pace.ts";

export interface ChunkSupplyOptions {
  readonly link: Link;
  readonly mailbox: Mailbox;
  readonly pace: Pace;
  /** How many chunks and calls are here. */
  readonly count: () => number;
  /** Whether chunks may wait here behind others. */
  readonly mayHoldMore: () => boolean;
  readonly take: (lease: Lease<Uint8Array>) => void;
  /** The server, or the sleigh, is gone. */
  readonly lost: (error: unknown) => void;
}

/** Fetches chunks on lease: waits for one when there is none, and takes some ahead of the one that runs if that is quick. */
export class ChunkSupply {
  readonly #options: ChunkSupplyOptions;
  /** Of the chunk that was taken last. */
  last: { readonly job: number; readonly count: number } = { job: -1, count: 1 };
  /** The chunk that runs is slow: nothing is fetched behind it. */
  #isSlow = false;
  #isFetching = false;
  #isComing = false;
  #isStopped = false;

  constructor(options: ChunkSupplyOptions) {
    this.#options = options;
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** Until nothing is here any more. */
  slowDown(): void {
    this.#isSlow = true;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Fetches when all that has happened at once is known. */
  fillSoon(): void {
    if (!this.#isComing) {
      this.#isComing = true;
      process.nextTick(() => {
        this.#isComing = false;
        this.fill();
      });
    }
  }

  /** Fetches when there is too little to do. */
  fill(): void {
    if (this.#isFetching || this.#isStopped) {
      return;
    }
    const { count, pace, mayHoldMore } = this.#options;
    const there = count();
    if (there === 0) {
      this.#isSlow = false;
      void this.#fetch(1, true);
    } else if (!this.#isSlow && mayHoldMore()) {
      const ahead = pace.ahead(this.last.job, this.last.count);
      const wanted = ahead + 1 - there;
      if (wanted > ahead / 2) {
        void this.#fetch(wanted, false);
      }
    }
  }

  async #fetch(max: number, waits: boolean): Promise<void> {
    const { link, mailbox, lost, take, count } = this.#options;
    const how = { lease: true, max } as const;
    this.#isFetching = true;
    try {
      const mark = mailbox.mark();
      const leases = waits
        ? await link.ws.fetchMany<Uint8Array>(Variables.tasks, how)
        : await link.ws.fetchTryMany<Uint8Array>(Variables.tasks, how);
      if (leases.length > 0 && !mailbox.hasAllBefore(mark)) {
        // What the master had said before it handed out these chunks holds for them.
        await mailbox.catchUp();
      }
      this.#isFetching = false;
      leases.forEach(take);
      if (leases.length > 0 || count() === 0) {
        this.fill();
      }
    } catch (error) {
      if (error instanceof VariableDeletedError) {
        // With its workspace, as the next fetch will tell.
        link.wasDeleted = true;
        this.#isFetching = false;
        this.fill();
      } else {
        lost(error);
      }
    }
  }
}
