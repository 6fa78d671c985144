import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";

/** What Linux says about the machine and about single processes. All of it read from /proc. */

/** Jiffies of all processors together since boot. */
export interface ProcessorTimes {
  readonly total: number;
  readonly idle: number;
  readonly steal: number;
}

export function processorTimes(): ProcessorTimes {
  const [line = ""] = readFileSync("/proc/stat", "latin1").split("\n", 1);
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return { total: user + nice + system + idle + waiting + irq + softirq + steal, idle: idle + waiting, steal };
}

/** Processor time in microseconds that all threads of a process have used; finer than the clock ticks of /proc/PID/stat. */
export function processorMicros(pid: number): number {
  let nanos = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ", 1)[0]);
    } catch {
      // The thread ended between the two reads.
    }
  }
  return nanos / 1000;
}

/** The same of a process's first thread: the one that runs the JavaScript. */
export function mainThreadMicros(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "latin1").split(" ", 1)[0]) / 1000;
}

function statusBytes(pid: number, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return Number(found?.[1] ?? Number.NaN) * 1024;
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, "VmRSS");
}

/** The most resident memory that the process ever had, in bytes: kept by the kernel, so nothing is missed between samples. */
export function peakResidentBytes(pid: number): number {
  return statusBytes(pid, "VmHWM");
}

/** The numbers of the processors that this process may use, in order. */
export function allowedProcessors(): readonly number[] {
  const [, ranges = ""] = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync("/proc/self/status", "latin1")) ?? [];
  return ranges.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The largest number of open files that a process started from here may have. */
export function openFilesLimit(): number {
  const found = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"));
  return Number(found?.[1] ?? Number.POSITIVE_INFINITY);
}

export interface MachineFacts {
  readonly processors: number;
  readonly model: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly openFiles: number;
}

export function machineFacts(): MachineFacts {
  return {
    processors: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: readFileSync("/proc/sys/kernel/osrelease", "latin1").trim(),
    node: process.version,
    openFiles: openFilesLimit(),
  };
}
