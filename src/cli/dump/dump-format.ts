/*
 * A dump, as docs/dump-format.md describes it: a CBOR sequence of records, each an array.
 *
 *     55799(["networkspaces dump", 2, time, version of the server's package])
 *     ["workspace", name, persistent]                          then its variables:
 *     ["workspace", name, persistent, durability]              one that has its own
 *     ["variable", name, mode, guarded]                        then its values, in order:
 *     [descriptor, bytes]                                      a value
 *     [descriptor, length, (_ bytes, bytes, …)]                a long one
 *     ["end", workspaces, variables, values, SHA-256 of all before this record]
 */

export const FORMAT_NAME = "networkspaces dump";
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
