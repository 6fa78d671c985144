import { readFileSync } from "node:fs";
import { LaunchError } from "./launch-error.ts";
import { expandCounts, expandHostList } from "./slurm-host-list.ts";

/** A batch system whose node lists can be read. */
export type BatchSystem = "lsf" | "pbs" | "sge" | "slurm";

/** What to read a node list from. */
export interface BatchNodeListOptions {
  /** Default: the one whose variables are set. */
  readonly system?: BatchSystem;
  /** `slot`: a node stands in the list once for each of its slots (processors, tasks) that the job was given. Default: `slot`. */
  readonly per?: "slot" | "node";
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The nodes that a batch system gave to the job in which this program runs, for the option `nodeList`. LaunchError `bad_launch` when
 * this is no job, or what the batch system says cannot be understood.
 *
 * | system | read from |
 * | --- | --- |
 * | LSF | the file `LSB_DJOB_HOSTFILE`, else `LSB_MCPU_HOSTS`, else `LSB_HOSTS` |
 * | PBS | the file `PBS_NODEFILE` |
 * | SGE | the file `PE_HOSTFILE` |
 * | Slurm | `SLURM_JOB_NODELIST` with `SLURM_TASKS_PER_NODE`, else `SLURM_JOB_CPUS_PER_NODE` |
 */
export function batchNodeList({
  system,
  per = "slot",
  env = process.env,
}: BatchNodeListOptions = {}): readonly string[] {
  const systems = system === undefined ? (Object.keys(readers) as BatchSystem[]) : [system];
  const found = systems.find((name) => readers[name].isHere(env));
  if (found === undefined) {
    throw new LaunchError(
      "bad_launch",
      `this program does not run in a job of ${systems.join(", ")}: their variables are not set`,
    );
  }
  let slots: readonly string[];
  try {
    slots = readers[found].slots(env);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LaunchError("bad_launch", `what ${found} says of its nodes cannot be understood: ${why}`, {
      cause: error,
    });
  }
  if (slots.length === 0) {
    throw new LaunchError("bad_launch", `${found} gave this job no nodes`);
  }
  return per === "slot" ? slots : [...new Set(slots)];
}

type Env = Readonly<Record<string, string | undefined>>;

interface Reader {
  isHere(env: Env): boolean;
  slots(env: Env): string[];
}

const readers: Readonly<Record<BatchSystem, Reader>> = {
  slurm: {
    isHere: (env) => isSet(env, "SLURM_JOB_NODELIST"),
    slots: (env) => {
      const nodes = expandHostList(env["SLURM_JOB_NODELIST"]!);
      const counts = [env["SLURM_TASKS_PER_NODE"], env["SLURM_JOB_CPUS_PER_NODE"]].find((text) => (text ?? "") !== "");
      const slots = counts === undefined ? nodes.map(() => 1) : expandCounts(counts);
      if (slots.length !== nodes.length) {
        throw new RangeError(`${nodes.length} nodes, and counts for ${slots.length}`);
      }
      return nodes.flatMap((node, i) => repeat(node, slots[i]!));
    },
  },
  lsf: {
    isHere: (env) => ["LSB_DJOB_HOSTFILE", "LSB_MCPU_HOSTS", "LSB_HOSTS"].some((name) => isSet(env, name)),
    slots: (env) => {
      if (isSet(env, "LSB_DJOB_HOSTFILE")) {
        return words(readFileSync(env["LSB_DJOB_HOSTFILE"]!, "utf8"));
      }
      // host count host count …
      const pairs = words(env["LSB_MCPU_HOSTS"] ?? "");
      return pairs.length === 0
        ? words(env["LSB_HOSTS"] ?? "")
        : pairs.flatMap((node, i) => (i % 2 === 0 ? repeat(node, slotCount(pairs[i + 1])) : []));
    },
  },
  pbs: {
    isHere: (env) => isSet(env, "PBS_NODEFILE"),
    slots: (env) => words(readFileSync(env["PBS_NODEFILE"]!, "utf8")),
  },
  sge: {
    isHere: (env) => isSet(env, "PE_HOSTFILE"),
    slots: (env) => {
      // A line each: host slots queue processors
      const lines = readFileSync(env["PE_HOSTFILE"]!, "utf8").split("\n").map(words);
      return lines.flatMap(([node, count]) => (node === undefined ? [] : repeat(node, slotCount(count))));
    },
  },
};

function isSet(env: Env, name: string): boolean {
  return (env[name] ?? "") !== "";
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function slotCount(text: string | undefined): number {
  if (text === undefined || !/^\d{1,6}$/.test(text)) {
    throw new RangeError(`'${text ?? ""}' is no number of slots`);
  }
  return Number(text);
}

function repeat(node: string, count: number): string[] {
  return Array.from({ length: count }, () => node);
}
