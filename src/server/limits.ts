import { totalmem } from "node:os";

/**
 * What a server allows. Each is checked before anything is allocated for what exceeds it, and refused with a failure of its own
 * (in parentheses), unless it says otherwise.
 */
export interface Limits {
  /** Longest value, in bytes (`value_too_large`). Default: 16 GiB. */
  readonly maxValueBytes: number;
  /** Longest name of a workspace or variable, template, label or mode, in bytes (`name_too_long`). Default: 1024. */
  readonly maxNameBytes: number;
  /** Most arguments of a classic request, the verb among them (`too_many_arguments`). Default: 16. */
  readonly maxArguments: number;
  /**
   * Most connections at a time, those included whose clients may come back (`too_many_connections`; a classic connection is closed).
   * Default: 20,000.
   */
  readonly maxConnections: number;
  /** Most operations that wait for a value, of all sessions together (`too_many_waiting`). Default: 1,000,000. */
  readonly maxWaiting: number;
  /** Most large values under way at a time on one connection, in and out (`too_many_waiting`). Default: 1024. */
  readonly maxTransfers: number;
  /**
   * Most bytes of values (with what it takes to keep them) and of uploads under way in memory (`memory_full`). Requests
   * that have not arrived whole may take another quarter, in all; over it the connections are dropped on which one has been arriving for
   * longest. Default: half the machine's.
   */
  readonly maxMemoryBytes: number;
  /** Most bytes of values in files (`disk_full`, as when the disk itself is full). Default: as many as the disk takes. */
  readonly maxFileBytes: number;
  /**
   * Most bytes that wait for one connection's reader, in bytes: unsent, or sent and not known to be received. A connection over it is
   * dropped, and its values go back.
   * (Long before that, at 1 MiB, its requests are read no more until it has caught up.) Default: 256 MiB.
   */
  readonly maxUnsentBytes: number;
  /**
   * Most bytes that wait for the readers of all connections together (as for `maxUnsentBytes`). Over it connections are dropped until there is
   * room: those first that have taken nothing for longest, and of these the ones for which most waits. Default: a quarter of the machine's memory.
   * (A value that waits for several counts for each.)
   */
  readonly maxTotalUnsentBytes: number;
  /**
   * A client for which something waits in the server, and which has taken nothing of it for so long, in milliseconds, is dropped. (The system
   * itself keeps a few megabytes for it before anything waits here. Slow is not stalled.) Default: 600,000, for programs may compute for
   * minutes before they read.
   */
  readonly maxStalledMs: number;
  /**
   * Most operations a second of one session. Over it (after a second's worth at once) the session is slowed: its requests are read later.
   * Default: no limit.
   */
  readonly maxOperationsPerSecond: number;
  /** Most bytes a second that one session sends. Over it, it is slowed as above. Default: no limit. */
  readonly maxBytesPerSecond: number;
  /** Most operations of one session that wait for a value (`too_many_waiting`). Default: no limit of its own. */
  readonly maxSessionWaiting: number;
  /** Most workspaces that one session has open (`quota_exceeded`). Default: no limit of its own. */
  readonly maxSessionWorkspaces: number;
  /**
   * Most connections at a time from one address (`too_many_connections`; a classic connection is closed), this machine's own
   * excepted. An IPv6 address stands for its network of 64 bits. Default: no limit of its own.
   */
  readonly maxAddressConnections: number;
  /** Most connections a second from one address (a second's worth may come at once); others are closed at once. Exceptions as above. Default: no limit. */
  readonly maxConnectsPerSecond: number;
  /** Most workspace handles, and most variable numbers, of one session (`too_many_numbers`). Default: 65,536. */
  readonly maxNumbers: number;
  /** Most workspaces (`too_many_workspaces`). Default: as many as memory takes. */
  readonly maxWorkspaces: number;
  /** Most variables, of all workspaces together (`too_many_variables`). Default: as many as memory takes. */
  readonly maxVariables: number;
  /**
   * How long a workspace that is not persistent stays when nobody has it open, in milliseconds: then it is deleted with all that is in it. Default:
   * until somebody deletes it.
   */
  readonly maxIdleMs: number;
  /**
   * Longest time that a session of the multiplexed protocol survives its connection, in milliseconds; a client gets what it asks for, up
   * to this. 0: sessions end with their connections. Default: 60,000.
   */
  readonly maxGraceMs: number;
}

const GIB = 2 ** 30;

/** The limits of a server that was not given others. */
export const defaultLimits: Limits = {
  maxValueBytes: 16 * GIB,
  maxNameBytes: 1024,
  maxArguments: 16,
  maxConnections: 20_000,
  maxWaiting: 1_000_000,
  maxTransfers: 1024,
  maxMemoryBytes: Math.floor(totalmem() / 2),
  maxFileBytes: Infinity,
  maxUnsentBytes: 256 * 2 ** 20,
  maxTotalUnsentBytes: Math.floor(totalmem() / 4),
  maxStalledMs: 600_000,
  maxOperationsPerSecond: Infinity,
  maxBytesPerSecond: Infinity,
  maxSessionWaiting: Infinity,
  maxSessionWorkspaces: Infinity,
  maxAddressConnections: Infinity,
  maxConnectsPerSecond: Infinity,
  maxNumbers: 65_536,
  maxWorkspaces: Infinity,
  maxVariables: Infinity,
  maxIdleMs: Infinity,
  maxGraceMs: 60_000,
};

/** The given limits, and the defaults for the rest. A RangeError for one that is not a number from 0, or 0 a second. */
export function completeLimits(given: Partial<Limits> = {}): Limits {
  const limits = { ...defaultLimits };
  for (const name of Object.keys(defaultLimits) as (keyof Limits)[]) {
    const value = given[name];
    if (value !== undefined) {
      if (!(value >= 0)) {
        throw new RangeError(`the limit ${name} is ${value}; it must be a number that is not negative`);
      }
      if (value === 0 && name.endsWith("PerSecond")) {
        throw new RangeError(`the limit ${name} is 0; it must be more, for nothing would ever be done`);
      }
      (limits as Record<keyof Limits, number>)[name] = value;
    }
  }
  return limits;
}
