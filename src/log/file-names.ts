/** The names of a log's files. Everything else in its folder is left alone. */
const LOG_FILE = /^log-([0-9]{10,16})\.nws$/;
const SNAPSHOT_FILE = /^snapshot-([0-9]{10,16})\.nws$/;
const UNFINISHED_FILE = /^(?:log|snapshot)-[0-9]{10,16}\.tmp$/;
const DIGITS = 10;

export function logFile(segment: number, extension: "nws" | "tmp" = "nws"): string {
  return `log-${String(segment).padStart(DIGITS, "0")}.${extension}`;
}

/** `position`: how many records of the log the snapshot stands for. */
export function snapshotFile(position: number, extension: "nws" | "tmp" = "nws"): string {
  return `snapshot-${String(position).padStart(DIGITS, "0")}.${extension}`;
}

export interface FolderNames {
  /** Numbers of segments, ascending. */
  readonly segments: readonly number[];
  /** Positions of snapshots, ascending. */
  readonly snapshots: readonly number[];
  /** Files that somebody began and did not finish. */
  readonly unfinished: readonly string[];
}

export function sortNames(names: readonly string[]): FolderNames {
  const numbers = (pattern: RegExp): number[] =>
    names
      .flatMap((name) => pattern.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  return {
    segments: numbers(LOG_FILE),
    snapshots: numbers(SNAPSHOT_FILE),
    unfinished: names.filter((name) => UNFINISHED_FILE.test(name)),
  };
}
