import { join } from "node:path";
import { BlockBuffer } from "./block-buffer.ts";
import { writeAll } from "./disk.ts";
import { logFile } from "./file-names.ts";
import { BLOCK_HEAD_BYTES, HEADER_BYTES } from "./format.ts";
import type { LogPlace } from "./log-place.ts";
import { makeSegment, type Segment } from "./segment.ts";

/** The next segment is made when this part of the current one is full. */
const PREPARE_AT = 1 / 4;

/**
 * The log's files: the one that is written to, the one that is made ready behind it, and those before it until a snapshot
 * replaces them.
 */
export class Segments {
  /** Called when the next segment is ready, or could not be made. */
  onReady: () => void = () => undefined;
  readonly #place: LogPlace;
  readonly #old: { readonly number: number; readonly bytes: number }[];
  /** Files closed behind the scenes. */
  readonly #closing = new Set<Promise<void>>();
  #current: Segment | undefined;
  #used = HEADER_BYTES;
  #next: Segment | undefined;
  #preparing: Promise<void> | undefined;
  #refusal: Error | undefined;
  #lastNumber: number;
  #isClosed = false;

  constructor(
    place: LogPlace,
    old: readonly { readonly number: number; readonly bytes: number }[],
    current: Segment | undefined,
    lastNumber: number,
  ) {
    this.#place = place;
    this.#old = [...old];
    this.#current = current;
    this.#lastNumber = lastNumber;
  }

  /** `undefined` only when the disk was full at the start. */
  get current(): Segment | undefined {
    return this.#current;
  }

  /** The number of the segment that holds what is written next, or an earlier one. */
  get number(): number {
    return this.#current?.number ?? this.#lastNumber + 1;
  }

  /** Where the next block goes in the current segment. */
  get place(): number {
    return this.#used;
  }

  /** Why the next segment could not be made. */
  get refusal(): Error | undefined {
    return this.#refusal;
  }

  get roomLeft(): number {
    return this.#current === undefined ? 0 : Math.max(0, this.#current.capacity - this.#used);
  }

  /** Bytes of blocks that a new snapshot would replace. */
  get replaceableBytes(): number {
    return this.#old.reduce((sum, { bytes }) => sum + bytes, 0) + this.#used;
  }

  /** Whether dropping old segments would free anything. */
  get hasOld(): boolean {
    return this.#old.length > 0;
  }

  /** Bytes on the disk. */
  get bytes(): number {
    const current = this.#current === undefined ? 0 : Math.max(this.#current.capacity, this.#used);
    return this.#old.reduce((sum, { bytes }) => sum + bytes, 0) + current + (this.#next?.capacity ?? 0);
  }

  /** Whether a block of so many bytes goes into the current segment. A fresh one takes any, and grows if it must. */
  fits(bytes: number): boolean {
    return this.#used === HEADER_BYTES || bytes <= this.roomLeft;
  }

  /** The next `bytes` of the current segment are taken. */
  take(bytes: number): void {
    this.#used += bytes;
  }

  /** Goes on to the next segment if it is ready; else makes it, and `onReady` will be called. */
  advance(): boolean {
    if (this.#next === undefined) {
      if (this.#refusal === undefined) {
        this.#prepare();
      }
      return false;
    }
    const before = this.#current;
    if (before !== undefined) {
      this.#old.push({ number: before.number, bytes: Math.max(before.capacity, this.#used) });
      this.#closeLater(before);
    }
    this.#current = this.#next;
    this.#next = undefined;
    this.#used = HEADER_BYTES;
    return true;
  }

  prepareEarly(): void {
    const isFilling = this.#current !== undefined && this.#used > this.#current.capacity * PREPARE_AT;
    if (isFilling && this.#refusal === undefined && !this.#isClosed) {
      this.#prepare();
    }
  }

  /** Tries again to make the segment that could not be made. */
  tryAgain(): void {
    if (this.#refusal !== undefined && !this.#isClosed) {
      this.#prepare();
    }
  }

  /** Deletes the segments before `number`, oldest first, so that what is left is without a gap. */
  async dropBefore(number: number): Promise<void> {
    const { disk, folder, warn } = this.#place;
    for (let first = this.#old[0]; first !== undefined && first.number < number; first = this.#old[0]) {
      try {
        await disk.delete(join(folder, logFile(first.number)));
      } catch (error) {
        warn(`${logFile(first.number)} is not needed any more and could not be deleted`, error);
      }
      this.#old.shift();
    }
  }

  /** A last block without records, which says that all before it was durable. Without it a restart notices less damage. */
  async writeCloseMark(position: number): Promise<void> {
    const segment = this.#current;
    if (segment !== undefined && this.#used > HEADER_BYTES && this.roomLeft >= BLOCK_HEAD_BYTES) {
      const mark = new BlockBuffer();
      const total = mark.seal(position, position, 0, segment.number, this.#used);
      await writeAll(segment.file, mark.bytes.subarray(0, total), this.#used, true);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#preparing;
    for (const segment of [this.#current, this.#next]) {
      if (segment !== undefined) {
        this.#closeLater(segment);
      }
    }
    await Promise.all(this.#closing);
  }

  #prepare(): void {
    if (this.#preparing !== undefined || this.#next !== undefined) {
      return;
    }
    const { disk, folder, segmentBytes } = this.#place;
    const number = this.#lastNumber + 1;
    this.#preparing = makeSegment(disk, folder, number, segmentBytes).then(
      (segment) => {
        this.#next = segment;
        this.#lastNumber = number;
        this.#prepared(undefined);
      },
      (error: unknown) => {
        this.#prepared(error as Error);
      },
    );
  }

  #prepared(refusal: Error | undefined): void {
    this.#preparing = undefined;
    this.#refusal = refusal;
    this.onReady();
  }

  #closeLater(segment: Segment): void {
    const closing = segment.file
      .close()
      .catch((error: unknown) => this.#place.warn(`${logFile(segment.number)} could not be closed`, error))
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
