import type { DiskLock } from "./disk.ts";
import type { Durability } from "./durability.ts";
import { LogError, LogFailedError, LogFullError } from "./errors.ts";
import { BLOCK_HEAD_BYTES } from "./format.ts";
import { GroupWriter } from "./group-writer.ts";
import type { LogPlace } from "./log-place.ts";
import type { Segments } from "./segments.ts";
import type { Snapshots } from "./snapshots.ts";
import type { TimeBuckets } from "./time-buckets.ts";

const TICK_MS = 1_000;
/** A write that takes so long is reported. */
const STALL_MS = 5_000;
/** So much may wait for a disk that does not keep up. */
const MOST_PENDING_BYTES = 256 * 1_048_576;

/** What a log has done since it was opened, and how large it is. */
export interface LogStats {
  readonly bytesWritten: number;
  readonly blocks: number;
  readonly snapshots: number;
  /** How often something was made durable. */
  readonly syncs: number;
  /** Writes, syncs and snapshots that failed. */
  readonly errors: number;
  /** What writes and syncs have taken. */
  readonly times: TimeBuckets;
  /** What the last snapshot has taken, in milliseconds, and how long ago it was finished; undefined: there was none since then. */
  readonly snapshotMs: number | undefined;
  readonly snapshotAgeMs: number | undefined;
  /** Bytes of its files now. */
  readonly diskBytes: number;
}

/**
 * An append-only log in a folder. Positions count records: `append` returns how many there are with this one, and a reply may
 * go out when the log `has` its position. No promise is made on the way: `onProgress` says when to look again.
 *
 * No room on the disk: what was appended waits, and is written when there is room again; `refusal` says what can still be
 * appended. Any other failure of a write or sync: the log is failed for good, for what the disk holds is unknown until it is
 * read again. In both cases no position is reached that is not as safe as it says.
 */
export class Log {
  /** Called when `written` or `durable` grew, and when `failure` or `isFull` changed. */
  onProgress: () => void = () => undefined;
  readonly #place: LogPlace;
  readonly #lock: DiskLock;
  readonly #segments: Segments;
  readonly #snapshots: Snapshots;
  readonly #writer: GroupWriter;
  readonly #stopTicking: () => void;
  #isStallTold = false;
  #isClosed = false;

  /** Use `openLog`. */
  constructor(place: LogPlace, lock: DiskLock, segments: Segments, snapshots: Snapshots, position: number) {
    this.#place = place;
    this.#lock = lock;
    this.#segments = segments;
    this.#snapshots = snapshots;
    this.#writer = new GroupWriter(place.clock, segments, position);
    this.#writer.onProgress = () => this.#progress();
    segments.onReady = () => {
      this.#writer.pump();
      this.#progress();
    };
    this.#stopTicking = place.clock.every(TICK_MS, () => this.#tick());
  }

  /**
   * Whether the thread may wait for a disk that is quick, instead of having another thread wait: asked before each such write, which is
   * then the sooner done. Default: it may.
   */
  set mayWait(mayWait: () => boolean) {
    this.#writer.mayWait = mayWait;
  }

  /** Told what each write has taken, in milliseconds. `bytes` 0: it only made durable what was written before. Default: nobody. */
  set onWritten(tell: (ms: number, bytes: number, isDurable: boolean) => void) {
    this.#writer.onWritten = tell;
  }

  /** How many records there are. */
  get end(): number {
    return this.#writer.end;
  }

  /** How many the operating system has. */
  get written(): number {
    return this.#writer.written;
  }

  /** How many are durable. */
  get durable(): number {
    return this.#writer.durable;
  }

  /** Set once and for all when the log can do no more: nothing that is not durable yet will ever be. */
  get failure(): LogError | undefined {
    return this.#writer.failure;
  }

  /**
   * There is room for no more than the rest of the last file: time to refuse what makes the log longer than it need be
   * (stores), so that there is room for the rest (fetches, deletions).
   */
  get isFull(): boolean {
    return this.#segments.refusal !== undefined || this.#writer.noRoom !== undefined;
  }

  /** How long the write under way has taken; 0 when there is none. */
  get stalledMs(): number {
    return this.#writer.busyMs;
  }

  /** Bytes appended and not yet given to the disk. A producer whom nobody keeps waiting should be, when they are many. */
  get pendingBytes(): number {
    return this.#writer.pendingBytes;
  }

  get stats(): LogStats {
    const { lastAt, lastMs } = this.#snapshots;
    return {
      bytesWritten: this.#writer.bytesWritten,
      blocks: this.#writer.blockCount,
      syncs: this.#writer.syncCount,
      errors: this.#writer.errorCount + this.#snapshots.errorCount,
      times: this.#writer.times,
      snapshotMs: lastAt === undefined ? undefined : lastMs,
      snapshotAgeMs: lastAt === undefined ? undefined : this.#place.clock.now() - lastAt,
      snapshots: this.#snapshots.count,
      diskBytes: this.#segments.bytes + this.#snapshots.bytes,
    };
  }

  /** Why records of so many bytes in all could not be appended now; `undefined` when they could. Ask before changing anything. */
  refusal(bytes: number): LogError | undefined {
    if (this.failure !== undefined) {
      return this.failure;
    }
    if (this.#isClosed) {
      return new LogError("closed", "the log is closed");
    }
    const { pendingBytes } = this;
    if (pendingBytes + bytes > MOST_PENDING_BYTES && pendingBytes > 0) {
      return new LogFullError(`the disk does not keep up: ${pendingBytes} bytes wait to be written`);
    }
    return this.isFull && pendingBytes + bytes + 2 * BLOCK_HEAD_BYTES > this.#segments.roomLeft
      ? this.#noRoom("nothing more can be kept")
      : undefined;
  }

  /**
   * Appends `bytes[start, end)`, which are copied; returns its position. What is appended in one go (nothing awaited between)
   * is there wholly after a crash, or not at all. Throws what `refusal` says, having done nothing.
   */
  append(bytes: Uint8Array, start: number, end: number, durability: Durability): number {
    const refusal = this.refusal(end - start);
    if (refusal !== undefined) {
      throw refusal;
    }
    return this.#writer.add(bytes, start, end, durability === "fsync");
  }

  /** Whether `position` is as safe as `durability` asks. */
  has(position: number, durability: Durability): boolean {
    return durability === "memory" || (durability === "os" ? this.written : this.durable) >= position;
  }

  /** Makes all that was appended by now durable. Rejects with `failure`; while there is no room, waits. */
  sync(): Promise<void> {
    return this.#writer.sync();
  }

  /** Whether the log has grown so much since the last snapshot that a new one would make it shorter. */
  get wantsSnapshot(): boolean {
    return this.#snapshots.isWanted(this.#segments);
  }

  /**
   * Writes a snapshot, then drops the part of the log that it replaces. `records` are taken a slice at a time while
   * appending goes on; the first at once, so that a generator can look at the state before it yields. After a restart they
   * are replayed, and upon them all that was appended since the call of this function. So together they must be what was true at
   * the call; or each may be of a later time, when it tells of which (`end`) and the owner then skips changes of that thing up
   * to there. A record's bytes may be used again when the next one is asked for. Rejects when there is no room or the log
   * closes: then everything is as before.
   */
  snapshot(records: Iterable<Uint8Array>): Promise<void> {
    return this.#snapshots.write(records, this.end, this.#segments, async () => {
      await this.sync();
      return this.durable;
    });
  }

  /** From now on takes a snapshot whenever one is wanted. `records`: as in `snapshot`, called at the beginning of each. */
  keepSnapshots(records: () => Iterable<Uint8Array>): void {
    this.#snapshots.source = records;
    this.#maybeSnapshot();
  }

  /** Makes durable what was appended and lets the folder go. Rejects when the first was not possible, having done the second. */
  async close(): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    this.#stopTicking();
    this.#snapshots.abort(new LogError("closed", "the log was closed before the snapshot was finished"));
    try {
      const synced = this.sync();
      this.#giveUpWhenFull();
      await synced;
      await this.#segments.writeCloseMark(this.end);
    } finally {
      await this.#snapshots.stop();
      await this.#segments.close();
      await this.#lock.release();
    }
  }

  #progress(): void {
    if (this.#isClosed) {
      this.#giveUpWhenFull();
    }
    if (this.failure !== undefined) {
      this.#snapshots.abort(this.failure);
    }
    this.onProgress();
    this.#segments.prepareEarly();
    this.#maybeSnapshot();
  }

  /** Nobody tries again once the log is closing. */
  #giveUpWhenFull(): void {
    const { refusal, roomLeft } = this.#segments;
    const isStuck =
      this.#writer.noRoom !== undefined || (refusal !== undefined && this.#writer.pendingBytes > roomLeft);
    if (isStuck && this.end > this.written) {
      this.#writer.giveUpWaiting(this.#noRoom(`${this.end - this.written} records could not be written`));
    }
  }

  #noRoom(what: string): LogFullError {
    const cause = this.#writer.noRoom ?? this.#segments.refusal;
    return new LogFullError(`${what}: there is no room in ${this.#place.folder} (${cause?.message ?? "it is full"})`, {
      cause,
    });
  }

  #maybeSnapshot(): void {
    const { source } = this.#snapshots;
    if (source !== undefined && !this.#isClosed && this.failure === undefined && this.wantsSnapshot) {
      this.snapshot(source()).catch((error: unknown) => {
        if (!this.#isClosed) {
          this.#place.warn("a snapshot of the data could not be written; it is tried again later", error);
        }
      });
    }
  }

  #tick(): void {
    if (this.#lock.isLost) {
      this.#writer.fail(new LogFailedError("keeping the data folder", new Error("another server has taken it over")));
    }
    const isStalled = this.stalledMs > STALL_MS;
    if (isStalled && !this.#isStallTold) {
      this.#place.warn(
        `the disk has not answered for ${Math.round(this.stalledMs / 1000)} s; changes wait for it`,
        undefined,
      );
    }
    this.#isStallTold = isStalled;
    this.#writer.tryAgain();
    this.#segments.tryAgain();
    this.#maybeSnapshot();
  }
}
