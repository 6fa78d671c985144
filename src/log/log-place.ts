import type { Clock } from "./clock.ts";
import type { Disk } from "./disk.ts";

/** Where a log is kept and by which rules: what its parts have in common. */
export interface LogPlace {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly segmentBytes: number;
  readonly snapshotBytes: number;
  /** Told what went wrong behind the scenes and does no harm yet. */
  readonly warn: (message: string, error: unknown) => void;
}
