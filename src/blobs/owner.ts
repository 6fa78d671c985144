import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Which process a folder belongs to, in a way that survives reuse of process numbers, containers and reboots. */
export interface Owner {
  readonly pid: number;
  /** When the process started, in a unit of the system's own; `undefined` where that is not known. */
  readonly startedAt: string | undefined;
  /** Process numbers mean the same in two servers whose places are equal. */
  readonly place: string;
}

/** This process. */
export function describeOwner(): Owner {
  return { pid: process.pid, startedAt: startOf(process.pid), place: placeOfThisProcess() };
}

/**
 * Whether the process that `owner` describes runs: `undefined` when that cannot be told from here, for it may belong to another
 * container or machine.
 */
export function isRunning(owner: Owner): boolean | undefined {
  if (owner.place !== placeOfThisProcess()) {
    return undefined;
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") {
      return false;
    }
  }
  const startedAt = startOf(owner.pid);
  return startedAt === undefined || owner.startedAt === undefined || startedAt === owner.startedAt;
}

/** Host, and on Linux also the boot and the container: process numbers are counted within these. */
function placeOfThisProcess(): string {
  const parts = [hostname()];
  try {
    parts.push(readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(), readlinkSync("/proc/self/ns/pid"));
  } catch {
    // Not Linux.
  }
  return parts.join(" ");
}

function startOf(pid: number): string | undefined {
  try {
    // The 22nd field; the second, the program's name in parentheses, may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
