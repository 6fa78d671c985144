import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { posix } from "node:path";

/** Where the answer comes from; for tests. */
export interface CoreSources {
  /** The text of a file; `undefined` when it cannot be read. */
  readonly read: (path: string) => string | undefined;
  /** The processors that this process may run on. */
  readonly parallelism: number;
}

/**
 * How many workers can really run at once: the processors that this process may use (its affinity), but no more than whole ones
 * within the quota of its cgroup and of those around it (v1 or v2; containers, batch systems). At least 1.
 */
export function availableCores(sources: CoreSources = thisMachine()): number {
  const { read, parallelism } = sources;
  const quota = Math.min(Infinity, ...quotaFolders(read).map((folder) => quotaOf(folder, read)));
  return Math.max(1, Math.min(parallelism, Math.floor(quota)));
}

function thisMachine(): CoreSources {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined; // another system, or not for us
    }
  };
  return { read: process.platform === "linux" ? read : () => undefined, parallelism: availableParallelism() };
}

/** In processors; `Infinity` for none. */
function quotaOf(folder: string, read: CoreSources["read"]): number {
  const v2 = read(posix.join(folder, "cpu.max"));
  const [quota, period] =
    v2 === undefined
      ? [read(posix.join(folder, "cpu.cfs_quota_us")), read(posix.join(folder, "cpu.cfs_period_us"))].map(Number)
      : v2.trim().split(" ").map(Number);
  // "max", -1 and unreadable ones are no quota.
  return quota! > 0 && period! > 0 ? quota! / period! : Infinity;
}

/** The folders of the cgroups that this process is in, up to the outermost that can be seen. */
function quotaFolders(read: CoreSources["read"]): string[] {
  const mounts = cgroupMounts(read("/proc/self/mountinfo") ?? "");
  return (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) {
      return [];
    }
    const mount = mounts.find(({ isV2, isCpu }) =>
      controllers === "" ? isV2 : isCpu && controllers.split(",").includes("cpu"),
    );
    return mount === undefined ? [] : foldersUp(mount, path);
  });
}

interface Mount {
  readonly isV2: boolean;
  /** A v1 hierarchy with the processor controller. */
  readonly isCpu: boolean;
  readonly folder: string;
  /** The cgroup that the folder shows. In a container, not always the outermost. */
  readonly root: string;
}

function cgroupMounts(mountInfo: string): Mount[] {
  return mountInfo.split("\n").flatMap((line) => {
    // … root folder options optional-fields - type source super-options
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, folder] = before.split(" ").map(unescape);
    const [type, , options = ""] = after.split(" ");
    const isV2 = type === "cgroup2";
    return root === undefined || folder === undefined || (!isV2 && type !== "cgroup")
      ? []
      : [{ isV2, isCpu: !isV2 && options.split(",").includes("cpu"), folder, root }];
  });
}

/** mountinfo writes blanks and the like as `\040`. */
function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

function foldersUp({ folder, root }: Mount, path: string): string[] {
  // A process that was moved, or a container that sees the host's path: then only what is mounted can be looked at.
  const isBelow = path === root || path.startsWith(root === "/" ? "/" : `${root}/`);
  const below = isBelow ? path.slice(root === "/" ? 0 : root.length) : "";
  const names = below.split("/").filter((name) => name !== "" && name !== "..");
  return [folder, ...names.map((_, i) => posix.join(folder, ...names.slice(0, i + 1)))];
}
