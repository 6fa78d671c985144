import type { LogNeed, ReplyGate } from "./reply-gate.ts";

/** What was said in one turn. */
export interface Parcel {
  /** It may leave when the log has this. */
  readonly need: LogNeed;
  /** What the conversation calls the end of it (see `Conversation.flushing`). */
  readonly said: number;
  readonly parts: readonly Uint8Array[];
  readonly byteCount: number;
}

/** What one connection has said and may not send yet, in order. */
export class HeldReplies {
  byteCount = 0;
  #parcels: Parcel[] = [];

  get isEmpty(): boolean {
    return this.#parcels.length === 0;
  }

  add(need: LogNeed, said: number, parts: readonly Uint8Array[]): void {
    let byteCount = 0;
    for (const { length } of parts) {
      byteCount += length;
    }
    this.byteCount += byteCount;
    this.#parcels.push({ need, said, parts, byteCount });
  }

  /** Takes those that may leave now. What stands behind one that may not, stays. */
  take(gate: ReplyGate): readonly Parcel[] {
    const parcels = this.#parcels;
    let count = 0;
    while (count < parcels.length && gate.isOpenFor(parcels[count]!.need)) {
      this.byteCount -= parcels[count]!.byteCount;
      count++;
    }
    if (count === parcels.length) {
      this.#parcels = [];
      return parcels;
    }
    return parcels.splice(0, count);
  }

  clear(): void {
    this.#parcels = [];
    this.byteCount = 0;
  }
}
