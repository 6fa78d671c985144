import { BlockBuffer } from "./block-buffer.ts";
import type { Clock } from "./clock.ts";
import { DiskPace } from "./disk-pace.ts";
import { Gathering } from "./gathering.ts";
import { isNoRoom, type LogError, LogFailedError } from "./errors.ts";
import type { Segment } from "./segment.ts";
import type { Segments } from "./segments.ts";
import { TimeBuckets } from "./time-buckets.ts";

/** In seconds: from a disk that only says that it has written to one that is in trouble. */
const WRITE_BOUNDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: collects records into a block and writes it when the clock says "soon", or when the write before is done. One
 * write or sync is under way at a time, so that the blocks of a log are always a beginning of what was appended, and
 * perhaps a torn one. A block counts as written when all of it was, whatever happened in between.
 */
export class GroupWriter {
  /** Called when more was written or became durable, or nothing more can be for now, or ever. */
  onProgress: () => void = () => undefined;
  /** Asked before the thread waits for a disk that is quick. */
  mayWait: () => boolean = () => true;
  /** Told what each write of a block, or sync of what was written before, has taken. `bytes` 0: a sync. */
  onWritten: ((ms: number, bytes: number, isDurable: boolean) => void) | undefined;
  /** What writes and syncs have taken. */
  readonly times = new TimeBuckets(WRITE_BOUNDS);
  readonly #clock: Clock;
  readonly #segments: Segments;
  #collecting = new BlockBuffer();
  #spare = new BlockBuffer();
  readonly #pace = new DiskPace();
  readonly #gathering = new Gathering();
  #mustSync = false;
  #end: number;
  #written: number;
  #durable: number;
  #isBusy = false;
  #busySince = 0;
  #isScheduled = false;
  /** The current segment has blocks that were not synced. */
  #hasUnsynced = false;
  /** Writes again what found no room. */
  #writeAgain: (() => void) | undefined;
  #noRoom: Error | undefined;
  #failure: LogError | undefined;
  #waiters: Waiter[] = [];
  #bytesWritten = 0;
  #blockCount = 0;
  #syncCount = 0;
  #errorCount = 0;

  constructor(clock: Clock, segments: Segments, position: number) {
    this.#clock = clock;
    this.#segments = segments;
    this.#end = this.#written = this.#durable = position;
  }

  get end(): number {
    return this.#end;
  }

  get written(): number {
    return this.#written;
  }

  get durable(): number {
    return this.#durable;
  }

  get failure(): LogError | undefined {
    return this.#failure;
  }

  /** Why a block could not be written for now. */
  get noRoom(): Error | undefined {
    return this.#noRoom;
  }

  /** How long the write under way has taken; 0 when there is none. */
  get busyMs(): number {
    return this.#isBusy ? this.#clock.now() - this.#busySince : 0;
  }

  /** Bytes that wait for the write under way. */
  get pendingBytes(): number {
    return this.#collecting.fileBytes;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  get blockCount(): number {
    return this.#blockCount;
  }

  /** How often something was made durable: by a write that is, or by a sync. */
  get syncCount(): number {
    return this.#syncCount;
  }

  /** Writes and syncs that failed, those included that found no room and were tried again. */
  get errorCount(): number {
    return this.#errorCount;
  }

  /** Copies a record; returns its position. Never writes by itself: what is added in one go is in one block. */
  add(bytes: Uint8Array, start: number, end: number, mustSync: boolean): number {
    this.#collecting.add(bytes, start, end);
    this.#mustSync ||= mustSync;
    if (!this.#isBusy && !this.#isScheduled) {
      this.#schedule();
    }
    return ++this.#end;
  }

  /** Makes all that was added by now durable. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
      } else if (this.#durable >= this.#end) {
        resolve();
      } else {
        this.#waiters.push({ position: this.#end, resolve, reject });
        // Not at once: what is being added in one go may not be all there yet.
        if (!this.#isBusy && !this.#isScheduled) {
          this.#schedule();
        }
      }
    });
  }

  /** Begins the next write or sync, when one is needed and none is under way. */
  pump(): void {
    if (this.#isBusy || this.#failure !== undefined || this.#writeAgain !== undefined) {
      return;
    }
    const block = this.#collecting;
    const { current } = this.#segments;
    if (block.count === 0) {
      if (current !== undefined && this.#hasUnsynced && this.#waiters.length > 0) {
        this.#sync(current);
      }
    } else if (current !== undefined && this.#segments.fits(block.fileBytes)) {
      this.#write(current, block);
    } else if (current !== undefined && this.#hasUnsynced) {
      // What a segment holds is durable before there is anything in the next one.
      this.#sync(current);
    } else if (this.#segments.advance()) {
      this.pump();
    }
  }

  /** Tries again to write what found no room. */
  tryAgain(): void {
    const again = this.#writeAgain;
    this.#writeAgain = undefined;
    again?.();
  }

  /** Nothing more will become durable. */
  fail(failure: LogError): void {
    if (this.#failure === undefined) {
      this.#failure = failure;
      this.giveUpWaiting(failure);
      this.onProgress();
    }
  }

  /** Rejects everybody who waits in `sync`. */
  giveUpWaiting(reason: LogError): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    waiters.forEach((waiter) => waiter.reject(reason));
  }

  #schedule(): void {
    this.#isScheduled = true;
    this.#clock.soon(() => {
      this.#isScheduled = false;
      // (Where another thread waits for the disk, they gather meanwhile.)
      if (this.#mustSync && this.#pace.isQuick && this.#gathering.goesOn(this.#collecting.count, this.#clock.now())) {
        this.#schedule();
      } else {
        this.pump();
      }
    });
  }

  #write(segment: Segment, block: BlockBuffer): void {
    const mustSync = this.#mustSync || this.#waiters.length > 0;
    // A durable write syncs its own bytes only: where earlier ones are not synced yet, all are synced after it.
    const isDurable = mustSync && !this.#hasUnsynced;
    const position = this.#written + block.count;
    const { place } = this.#segments;
    const total = block.seal(this.#written, this.#durable, 0, segment.number, place);
    this.#segments.take(total);
    this.#collecting = this.#spare;
    this.#mustSync = false;
    const written = (error: Error | null, wasWaitedFor: boolean): void => {
      const now = this.#clock.now();
      this.#isBusy = false;
      if (error !== null) {
        this.#couldNotWrite(error, write);
        return;
      }
      this.#noRoom = undefined;
      this.#written = position;
      this.#bytesWritten += total;
      this.#blockCount++;
      this.#took(now, total, isDurable);
      block.clear();
      this.#spare = block;
      this.#hasUnsynced ||= !isDurable;
      if (isDurable) {
        this.#durable = position;
        this.#pace.took(now - this.#busySince, now, wasWaitedFor);
      } else if (mustSync) {
        this.#sync(segment);
        return;
      }
      this.#proceed();
    };
    const write = (): void => {
      this.#begin();
      const { file } = segment;
      if (isDurable && file.writeNow !== undefined && this.#pace.mayWait(total, this.#busySince) && this.mayWait()) {
        written(
          errorOf(() => file.writeNow!(block.bytes, 0, total, place)),
          true,
        );
      } else {
        file.write(block.bytes, 0, total, place, isDurable, (error) => written(error, false));
      }
    };
    write();
  }

  #sync(segment: Segment): void {
    const position = this.#written;
    this.#begin();
    segment.file.sync((error) => {
      this.#isBusy = false;
      if (error !== null) {
        this.#errorCount++;
        // What the system held may be gone now, though a later sync would say that all is well.
        this.fail(new LogFailedError("syncing the log", error));
        return;
      }
      this.#took(this.#clock.now(), 0, true);
      this.#hasUnsynced = false;
      this.#durable = position;
      this.#proceed();
    });
  }

  #took(now: number, bytes: number, isDurable: boolean): void {
    const ms = now - this.#busySince;
    this.#syncCount += isDurable ? 1 : 0;
    this.times.add(ms);
    this.onWritten?.(ms, bytes, isDurable);
  }

  #begin(): void {
    this.#isBusy = true;
    this.#busySince = this.#clock.now();
  }

  #proceed(): void {
    if (this.#failure !== undefined) {
      return;
    }
    if (this.#waiters.length > 0) {
      const reached = this.#waiters.filter(({ position }) => position <= this.#durable);
      this.#waiters = this.#waiters.filter(({ position }) => position > this.#durable);
      reached.forEach((waiter) => waiter.resolve());
    }
    this.onProgress();
    if (!this.#isScheduled && (this.#collecting.count > 0 || this.#waiters.length > 0)) {
      this.#schedule();
    }
  }

  #couldNotWrite(error: Error, again: () => void): void {
    if (this.#failure !== undefined) {
      return;
    }
    this.#errorCount++;
    if (!isNoRoom(error)) {
      this.fail(new LogFailedError("writing the log", error));
      return;
    }
    // The same bytes go to the same place later: until then the block is at most a torn one, with nothing behind it.
    this.#noRoom = error;
    this.#writeAgain = again;
    this.onProgress();
  }
}

/** What `act` throws, or null. */
function errorOf(act: () => void): Error | null {
  try {
    act();
    return null;
  } catch (error) {
    return error as Error;
  }
}
