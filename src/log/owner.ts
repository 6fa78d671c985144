import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Which process a folder belongs to, in a way that survives reuse of process numbers, containers and reboots. */
export interface Owner {
  readonly pid: number;
  /** When the process started, in a unit of the system's own; `undefined` where that is not known. */
  readonly startedAt?: string | undefined;
  /** Process numbers mean the same in two processes whose places are equal. */
  readonly place: string;
}

export function describeOwner(): Owner {
  return { pid: process.pid, startedAt: startOf(process.pid), place: placeOfThisProcess() };
}

/**
 * Whether the process that `owner` describes runs: `undefined` when that cannot be told from here: it may belong to
 * another container or machine, or the number may have been given to another process.
 */
export function isRunning(owner: Owner): boolean | undefined {
  if (owner.place !== placeOfThisProcess()) {
    return undefined;
  }
  if (owner.pid === process.pid) {
    return owner.startedAt === startOf(process.pid);
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
  return startedAt === undefined || owner.startedAt === undefined ? undefined : startedAt === owner.startedAt;
}

/** The owner that a lock file describes; `undefined` when it describes none (it may be about to be written). */
export function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, startedAt, place } = JSON.parse(text) as Partial<Record<keyof Owner, unknown>>;
    return Number.isSafeInteger(pid) && typeof place === "string"
      ? { pid: pid as number, startedAt: typeof startedAt === "string" ? startedAt : undefined, place }
      : undefined;
  } catch {
    return undefined;
  }
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
    // The 22nd field; the second, the program's name in parentheses, may hold spaces. A zombie no longer has files open.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return fields[0] === "Z" || fields[0] === "X" ? "gone" : fields[19];
  } catch {
    return undefined;
  }
}
