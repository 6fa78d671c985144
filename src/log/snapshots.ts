import { join } from "node:path";
import { LogError, LogFullError } from "./errors.ts";
import { snapshotFile } from "./file-names.ts";
import type { LogPlace } from "./log-place.ts";
import type { Segments } from "./segments.ts";
import { writeSnapshot } from "./snapshot-writer.ts";

/** After a snapshot that failed, the log waits so long before it tries again by itself. */
const PAUSE_MS = 10_000;

/** Takes a log's snapshots, one at a time, and knows when the next one is due. */
export class Snapshots {
  /** Gives the records of the snapshots that are taken without being asked for. */
  source: (() => Iterable<Uint8Array>) | undefined;
  readonly #place: LogPlace;
  #position: number | undefined;
  #bytes: number;
  #count = 0;
  #errorCount = 0;
  #lastMs = 0;
  #lastAt: number | undefined;
  #running: Promise<void> | undefined;
  #abortion: LogError | undefined;
  #pausedUntil = -Infinity;

  /** `position` and `bytes` are those of the last snapshot; `undefined` and 0 when there is none. */
  constructor(place: LogPlace, position: number | undefined, bytes: number) {
    this.#place = place;
    this.#position = position;
    this.#bytes = bytes;
  }

  /** Bytes of the last snapshot. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Snapshots written since the log was opened. */
  get count(): number {
    return this.#count;
  }

  /** Snapshots that could not be written. */
  get errorCount(): number {
    return this.#errorCount;
  }

  /** How long it took to write the last one, in milliseconds; 0: there was none since the log was opened. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** When the last one was finished, by the clock of the log; undefined: there was none since the log was opened. */
  get lastAt(): number | undefined {
    return this.#lastAt;
  }

  /** A snapshot is due when the log is longer than the last one, and long enough; or there is no room and one would make some. */
  isWanted(segments: Segments): boolean {
    const isPaused = this.#place.clock.now() < this.#pausedUntil;
    if (this.#running !== undefined || isPaused || segments.current === undefined) {
      return false;
    }
    const isLong = segments.replaceableBytes > Math.max(this.#place.snapshotBytes, this.#bytes);
    return isLong || (segments.refusal !== undefined && segments.hasOld);
  }

  write(
    records: Iterable<Uint8Array>,
    position: number,
    segments: Segments,
    syncLog: () => Promise<number>,
  ): Promise<void> {
    if (this.#running !== undefined) {
      return Promise.reject(new LogError("closed", "a snapshot is being written already"));
    }
    if (this.#abortion !== undefined) {
      return Promise.reject(this.#abortion);
    }
    if (segments.current === undefined) {
      // It would name a segment that does not exist.
      return Promise.reject(new LogFullError("there is no room for a log, and none for a snapshot"));
    }
    const work = this.#write(records, position, segments, syncLog);
    const running = work.then(
      () => undefined,
      () => {
        this.#errorCount += this.#abortion === undefined ? 1 : 0;
        this.#pausedUntil = this.#place.clock.now() + PAUSE_MS;
      },
    );
    this.#running = running;
    return work.finally(() => {
      this.#running = undefined;
    });
  }

  /** The snapshot under way ends at its next step, and none begins any more. */
  abort(reason: LogError): void {
    this.#abortion ??= reason;
  }

  async stop(): Promise<void> {
    await this.#running;
  }

  async #write(
    records: Iterable<Uint8Array>,
    position: number,
    segments: Segments,
    syncLog: () => Promise<number>,
  ): Promise<void> {
    const { disk, folder, clock, warn } = this.#place;
    const segment = segments.number;
    const check = (): void => {
      if (this.#abortion !== undefined) {
        throw this.#abortion;
      }
    };
    const beganAt = clock.now();
    this.#bytes = await writeSnapshot({ disk, folder, clock, position, segment, records, syncLog, check });
    this.#count++;
    this.#lastAt = clock.now();
    this.#lastMs = this.#lastAt - beganAt;
    const before = this.#position;
    this.#position = position;
    if (before !== undefined && before !== position) {
      await disk.delete(join(folder, snapshotFile(before))).catch((error: unknown) => {
        warn(`${snapshotFile(before)} is not needed any more and could not be deleted`, error);
      });
    }
    await segments.dropBefore(segment);
  }
}
