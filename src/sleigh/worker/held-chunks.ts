import type { Lease } from "../../client/index.ts";
import type { JobSpec } from "../messages.ts";
import { SLOT_COUNT } from "./shared-state.ts";

/** A chunk or a call that the task thread has. */
export interface Held {
  readonly slot: number;
  readonly job: number;
  readonly chunk: number;
  readonly count: number;
  readonly spec: JobSpec;
  /** Number of the task at a place, for messages. */
  readonly numberOf: (at: number) => number;
  /** Undefined for a call, and for a replay, whose result nobody wants. */
  readonly lease: Lease<Uint8Array> | undefined;
  readonly isReplay: boolean;
  /** Worked off task by task, see TaskMessage. */
  readonly isSuspect: boolean;
  /** Its outcome was told already; what the task thread says of it is of no interest any more. */
  isOver: boolean;
  /** When its job was cancelled, if it was. */
  grace: NodeJS.Timeout | undefined;
}

/** What the task thread has, by slot: one runs at a time, the others wait for it. */
export class HeldChunks {
  readonly #held: (Held | undefined)[] = new Array<undefined>(SLOT_COUNT).fill(undefined);
  readonly #free = Array.from({ length: SLOT_COUNT }, (_, slot) => SLOT_COUNT - 1 - slot);

  get size(): number {
    return SLOT_COUNT - this.#free.length;
  }

  get isFull(): boolean {
    return this.#free.length === 0;
  }

  at(slot: number): Held | undefined {
    return this.#held[slot];
  }

  /** Must not be called when it is full. */
  add({
    job,
    chunk,
    count,
    spec,
    numberOf,
    lease,
    isReplay,
    isSuspect,
  }: Omit<Held, "slot" | "isOver" | "grace">): Held {
    const slot = this.#free.pop()!;
    const isOver = false;
    // (Spread, it would take several times as long.)
    const held: Held = {
      slot,
      job,
      chunk,
      count,
      spec,
      numberOf,
      lease,
      isReplay,
      isSuspect,
      isOver,
      grace: undefined,
    };
    this.#held[slot] = held;
    return held;
  }

  remove(slot: number): Held | undefined {
    const held = this.#held[slot];
    if (held !== undefined) {
      clearTimeout(held.grace);
      this.#held[slot] = undefined;
      this.#free.push(slot);
    }
    return held;
  }

  *[Symbol.iterator](): Generator<Held, void, undefined> {
    for (const held of this.#held) {
      if (held !== undefined) {
        yield held;
      }
    }
  }
}
