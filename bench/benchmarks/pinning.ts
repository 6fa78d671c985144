import { allowedProcessors } from "../harness/machine.ts";
import type { SpawnOptions } from "../harness/processes.ts";
import type { RunOptions } from "./benchmark.ts";

const oneProcessor = process.platform === "linux" ? String(allowedProcessors()[0]) : "0";

/** Where both ends of a benchmark run, and the note that says so. */
export function placement(
  { pin }: RunOptions,
  oneAtATime: boolean,
): { readonly spawn: SpawnOptions; readonly note: string } {
  const pinned = pin === "all" || (pin === "auto" && oneAtATime);
  return pinned
    ? { spawn: { processors: oneProcessor }, note: `client and server pinned to processor ${oneProcessor}` }
    : { spawn: {}, note: "not pinned" };
}
