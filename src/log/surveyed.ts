import type { Block } from "./block-reader.ts";
import { type FileKind, HEADER_BYTES } from "./format.ts";

/** A place where something is missing that was durable. */
export interface BadPlace {
  readonly kind: FileKind;
  readonly file: string;
  /** The segment's number, or the snapshot's position. */
  readonly number: number;
  readonly offset: number;
  readonly reason: string;
}

export interface SurveyedFile {
  readonly file: string;
  readonly number: number;
  readonly blocks: number;
  readonly records: number;
  /** Bytes up to the end of the last sound block. */
  readonly usedBytes: number;
  readonly fileBytes: number;
}

/** What is in a folder. When `bad` is there, the rest describes what comes before it. */
export interface Survey {
  readonly snapshot: SurveyedFile | undefined;
  /** The segments that are needed beside the snapshot, oldest first. */
  readonly segments: readonly SurveyedFile[];
  /** Files of ours that nothing needs any more. */
  readonly leftovers: readonly string[];
  /** What was cut off, in sentences. */
  readonly notes: readonly string[];
  /** How many records there have been, in all. */
  readonly position: number;
  /** The records that the snapshot says were durable. */
  readonly synced: number;
  /** The highest number of a segment; 0 when there is none. */
  readonly lastSegment: number;
  /** Whether the last segment is as it was made, so that it can be written to. */
  readonly lastIsEmpty: boolean;
  readonly bad: BadPlace | undefined;
}

/** Counts what a file holds while it is read. */
export class Tally implements SurveyedFile {
  readonly file: string;
  readonly number: number;
  readonly fileBytes: number;
  blocks = 0;
  records = 0;
  usedBytes = HEADER_BYTES;
  /** The record that the next block must begin with; `undefined` before the first block. */
  nextRecord: number | undefined;

  constructor(file: string, number: number, fileBytes: number) {
    this.file = file;
    this.number = number;
    this.fileBytes = fileBytes;
  }

  add(block: Block, place: number): void {
    this.blocks++;
    this.records += block.count;
    this.usedBytes = place;
    this.nextRecord = block.first + block.count;
  }
}
