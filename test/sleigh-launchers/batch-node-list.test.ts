import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchNodeList, LaunchError } from "../../src/sleigh/launchers/index.ts";
import { expandHostList } from "../../src/sleigh/launchers/slurm-host-list.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nws-batch-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, "hosts");
  writeFileSync(path, text);
  return path;
}

const three = ["hippo", "hippo", "newt"];

test("LSF: from its host file, else from its variables", () => {
  expect(batchNodeList({ env: { LSB_DJOB_HOSTFILE: file("hippo\nhippo\nnewt\n"), LSB_HOSTS: "x" } })).toEqual(three);
  expect(batchNodeList({ env: { LSB_MCPU_HOSTS: "hippo 2 newt 1 ", LSB_HOSTS: "x" } })).toEqual(three);
  expect(batchNodeList({ env: { LSB_HOSTS: "hippo hippo newt" } })).toEqual(three);
});

test("PBS: from its node file", () => {
  expect(batchNodeList({ env: { PBS_NODEFILE: file("hippo\nhippo\nnewt\n") } })).toEqual(three);
});

test("SGE: from its host file", () => {
  const text = "hippo 2 all.q@hippo UNDEFINED\nnewt 1 all.q@newt UNDEFINED\n";
  expect(batchNodeList({ env: { PE_HOSTFILE: file(text) } })).toEqual(three);
});

describe("Slurm", () => {
  const slurm = (env: Record<string, string>): readonly string[] =>
    batchNodeList({ env: { SLURM_JOB_NODELIST: "n[1-2],gpu", ...env } });

  test("as many times as the node has tasks, else processors, else once", () => {
    expect(slurm({ SLURM_TASKS_PER_NODE: "2(x2),1", SLURM_JOB_CPUS_PER_NODE: "8(x3)" })).toEqual([
      "n1",
      "n1",
      "n2",
      "n2",
      "gpu",
    ]);
    expect(slurm({ SLURM_JOB_CPUS_PER_NODE: "1,2,1" })).toEqual(["n1", "n2", "n2", "gpu"]);
    expect(slurm({})).toEqual(["n1", "n2", "gpu"]);
  });

  test("counts that do not go with the nodes are refused", () => {
    expect(() => slurm({ SLURM_TASKS_PER_NODE: "2" })).toThrow(/3 nodes, and counts for 1/);
    expect(() => slurm({ SLURM_TASKS_PER_NODE: "2(x" })).toThrow(/no list of counts/);
  });

  test.each([
    ["n[01-03,7],other", ["n01", "n02", "n03", "n7", "other"]],
    ["rack[1-2]node[8-10]-ib", ["8", "9", "10"].flatMap((n) => [`rack1node${n}-ib`, `rack2node${n}-ib`])],
    ["n[098-101]", ["n098", "n099", "n100", "n101"]],
    ["a.b-c", ["a.b-c"]],
  ])("%s", (list, names) => {
    expect(expandHostList(list).sort()).toEqual([...names].sort());
  });

  test.each(["n[1-", "n[3-1]", "n[a-b]", "n[]", "n]", "n[0-999999999]", "a[0-999]b[0-999]"])(
    "%s is refused",
    (list) => {
      expect(() => expandHostList(list)).toThrow(RangeError);
    },
  );
});

test("each node once, if that is wanted", () => {
  expect(batchNodeList({ per: "node", env: { LSB_HOSTS: "hippo hippo newt" } })).toEqual(["hippo", "newt"]);
});

test("a system that is named is the one that is asked", () => {
  const env = { LSB_HOSTS: "hippo", SLURM_JOB_NODELIST: "newt" };
  expect(batchNodeList({ system: "lsf", env })).toEqual(["hippo"]);
  expect(() => batchNodeList({ system: "pbs", env })).toThrow(/does not run in a job of pbs/);
});

test.each([
  ["outside of a job", {}],
  ["a file that is not there", { PBS_NODEFILE: "/no/such/file" }],
  ["a file with nothing in it", { PBS_NODEFILE: "/dev/null" }],
  ["slots that are no number", { LSB_MCPU_HOSTS: "hippo many" }],
  ["a node without slots", { LSB_MCPU_HOSTS: "hippo 1 newt" }],
])("%s is refused", (_name, env) => {
  expect(() => batchNodeList({ env })).toThrow(LaunchError);
});
