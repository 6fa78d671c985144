/**
 * What the two threads of a worker must know of each other while a task computes and reads no messages.
 *
 * Each chunk that is handed to the task thread has a slot. Its state, and who changes it:
 *
 *     free ──session──▶ queued ──task──▶ begun ──session──▶ free         (its result came)
 *                         └──session──▶ recalled ──session──▶ free       (the task thread has got there, and passed over it)
 *
 * Beside it is a flag that asks to stop: tasks that have not begun do not, and the one that runs sees its signal aborted.
 */
export const SLOT_COUNT = 64;
const SLOT_BITS = 6;

const State = { free: 0, queued: 1, begun: 2, recalled: 3 } as const;

/** Places in the integers. */
const At = { serial: 0, task: 1, late: 2, slots: 3 } as const;

/** A task that runs against the clock. */
export interface TimedTask {
  /** No other timed task of this worker has the same. */
  readonly serial: number;
  readonly slot: number;
  /** Its place in the chunk. */
  readonly at: number;
  /** When it began, as `clock` tells it. */
  readonly sinceMs: number;
}

export class SharedState {
  readonly buffer: SharedArrayBuffer;
  readonly #ints: Int32Array;
  readonly #since: Float64Array;

  constructor(buffer = new SharedArrayBuffer(8 + (At.slots + SLOT_COUNT * 2) * 4)) {
    this.buffer = buffer;
    this.#since = new Float64Array(buffer, 0, 1);
    this.#ints = new Int32Array(buffer, 8);
  }

  // The session thread's side.

  queue(slot: number): void {
    Atomics.store(this.#ints, stopAt(slot), 0);
    Atomics.store(this.#ints, stateAt(slot), State.queued);
  }

  /** Takes a chunk back. False: it has begun. */
  recall(slot: number): boolean {
    return Atomics.compareExchange(this.#ints, stateAt(slot), State.queued, State.recalled) === State.queued;
  }

  hasBegun(slot: number): boolean {
    return Atomics.load(this.#ints, stateAt(slot)) === State.begun;
  }

  free(slot: number): void {
    Atomics.store(this.#ints, stateAt(slot), State.free);
  }

  askToStop(slot: number): void {
    Atomics.store(this.#ints, stopAt(slot), 1);
  }

  /** The timed task that runs, if one does. */
  get timedTask(): TimedTask | undefined {
    for (;;) {
      // Odd while a timed task runs. Read before and after: what is between must be of one task.
      const serial = Atomics.load(this.#ints, At.serial);
      if ((serial & 1) === 0) {
        return undefined;
      }
      const task = Atomics.load(this.#ints, At.task);
      const sinceMs = this.#since[0]!;
      if (Atomics.load(this.#ints, At.serial) === serial) {
        return { serial, slot: task & (SLOT_COUNT - 1), at: task >>> SLOT_BITS, sinceMs };
      }
    }
  }

  /** Says that a timed task has run too long. It changes nothing when the task has just ended. */
  markLate(serial: number): void {
    Atomics.store(this.#ints, At.late, serial);
  }

  // The task thread's side.

  /** Begins a chunk. False: it was taken back. */
  begin(slot: number): boolean {
    return Atomics.compareExchange(this.#ints, stateAt(slot), State.queued, State.begun) === State.queued;
  }

  isToStop(slot: number): boolean {
    return Atomics.load(this.#ints, stopAt(slot)) !== 0;
  }

  /** Whether the timed task that runs has run too long. */
  get isLate(): boolean {
    const serial = Atomics.load(this.#ints, At.serial);
    return (serial & 1) === 1 && Atomics.load(this.#ints, At.late) === serial;
  }

  beginTimed(slot: number, at: number): void {
    this.#since[0] = clock();
    Atomics.store(this.#ints, At.task, (at << SLOT_BITS) | slot);
    Atomics.add(this.#ints, At.serial, 1);
  }

  endTimed(): void {
    Atomics.add(this.#ints, At.serial, 1);
  }
}

/** Milliseconds, the same for both threads, not disturbed when somebody sets the time. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

function stateAt(slot: number): number {
  return At.slots + slot * 2;
}

function stopAt(slot: number): number {
  return At.slots + slot * 2 + 1;
}
