import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { availableCores } from "../../src/sleigh/launchers/index.ts";

/** What a machine with these files, and so many processors for this process, answers. */
function coresOf(files: Readonly<Record<string, string>>, parallelism = 16): number {
  return availableCores({ read: (path) => files[path], parallelism });
}

const V2_MOUNT = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
const v2 = (cgroup: string, files: Readonly<Record<string, string>>): number =>
  coresOf({ "/proc/self/mountinfo": V2_MOUNT, "/proc/self/cgroup": `0::${cgroup}\n`, ...files });

test("without cgroups: the processors that this process may use", () => {
  expect(coresOf({}, 5)).toBe(5);
});

test("this machine has some, and no more than it says", () => {
  expect(availableCores()).toBeGreaterThanOrEqual(1);
  expect(availableCores()).toBeLessThanOrEqual(availableParallelism());
});

test("v2: the quota of the cgroup", () => {
  expect(v2("/job", { "/sys/fs/cgroup/job/cpu.max": "400000 100000\n" })).toBe(4);
});

test("v2: the smallest quota of those around it counts", () => {
  const files = {
    "/sys/fs/cgroup/cpu.max": "800000 100000\n",
    "/sys/fs/cgroup/a/cpu.max": "200000 100000\n",
    "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
  };
  expect(v2("/a/b", files)).toBe(2);
});

test("v2: in a container, whose own cgroup is the outermost", () => {
  expect(v2("/", { "/sys/fs/cgroup/cpu.max": "350000 100000\n" })).toBe(3);
});

test("less than one processor is one worker", () => {
  expect(v2("/", { "/sys/fs/cgroup/cpu.max": "50000 100000\n" })).toBe(1);
});

test("fewer processors than the quota allows win", () => {
  expect(v2("/", { "/sys/fs/cgroup/cpu.max": "6400000 100000\n" })).toBe(16);
});

test("no quota, and files that make no sense, are no limit", () => {
  expect(v2("/", { "/sys/fs/cgroup/cpu.max": "max 100000\n" })).toBe(16);
  expect(v2("/", { "/sys/fs/cgroup/cpu.max": "\n" })).toBe(16);
  expect(v2("/../../../etc", { "/etc/cpu.max": "100000 100000" })).toBe(16);
});

const V1 = {
  "/proc/self/mountinfo":
    "34 25 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
    "35 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n",
  "/proc/self/cgroup": "5:memory:/job\n4:cpu,cpuacct:/job\n1:name=systemd:/x\n0::/\n",
};

test("v1: quota and period of the processor hierarchy", () => {
  const files = {
    ...V1,
    "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "250000\n",
    "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
    "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
    "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
  };
  expect(coresOf(files)).toBe(2);
});

test("v1: a container whose mount shows its own part of the tree", () => {
  const files = {
    "/proc/self/mountinfo": "35 25 0:30 /docker/abc /sys/fs/cgroup/my\\040cpu rw - cgroup cgroup rw,cpu\n",
    "/proc/self/cgroup": "4:cpu:/docker/abc/child\n",
    "/sys/fs/cgroup/my cpu/cpu.cfs_quota_us": "300000\n",
    "/sys/fs/cgroup/my cpu/cpu.cfs_period_us": "100000\n",
    "/sys/fs/cgroup/my cpu/child/cpu.cfs_quota_us": "100000\n",
    "/sys/fs/cgroup/my cpu/child/cpu.cfs_period_us": "50000\n",
  };
  expect(coresOf(files)).toBe(2);
});
