/*
 * A dump, as docs/dump-format.md describes it: a CBOR sequence of records, each an array.
 *
 *     55799(["networkspaces dump", 1 or 2, time, version of the server's package])
 *     ["workspace", name, persistent]                          then its variables:
 *     ["workspace", name, persistent, durability]              one that has its own (since version 2)
 *     ["idle timeout", ms]                                     of the workspace (since version 2)
 *     ["variable", name, mode, guarded]                        then its values, in order:
 *     ["limits", most values, most bytes, when full, ttl]      of the variable (since version 2)
 *     [descriptor, bytes]                                      a value
 *     [descriptor, length, (_ bytes, bytes, …)]                a long one
 *     ["end", workspaces, variables, values, SHA-256 of all before this record]
 */

export const FORMAT_NAME = "networkspaces dump";
/** The newest. What needs nothing of it is written as version 1, which older programs read. */
export const FORMAT_VERSION = 2;

/** Longer values are written in pieces, none longer than this: a reader needs no more of one in memory. */
export const MOST_BYTES_AT_ONCE = 131_072;

export const INDEFINITE_BYTES = 0x5f;
export const BREAK = 0xff;

/** The modes of a variable; `unknown` for one that was never declared nor stored to. */
export const dumpModes = ["fifo", "lifo", "multi", "single", "unknown"] as const;
export type DumpMode = (typeof dumpModes)[number];

/** What the owner of a workspace may have said. */
export const dumpDurabilities = ["fsync", "os", "memory"] as const;
export const whenFullChoices = ["block", "reject", "dropOldest"] as const;

/** What a variable may hold, and for how long (in milliseconds). In a dump 0 stands for no limit. */
export interface DumpLimits {
  readonly maxValues: number | undefined;
  readonly maxBytes: number | undefined;
  readonly whenFull: (typeof whenFullChoices)[number] | undefined;
  readonly ttl: number | undefined;
}

/** What a dump holds, counted. */
export interface DumpTotals {
  workspaces: number;
  variables: number;
  values: number;
  /** Of values. */
  bytes: number;
}

export function noTotals(): DumpTotals {
  return { workspaces: 0, variables: 0, values: 0, bytes: 0 };
}
