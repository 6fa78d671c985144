import { setTimeout as sleep } from "node:timers/promises";
import { residentBytes } from "./machine.ts";

const pollMs = 250;
/** Settled: for this many polls in a row the memory stayed within this part of itself. */
const calmPolls = 6;
const tolerance = 0.005;
const mostPolls = 80;

/** Waits until a process's memory has stopped moving, at most 20 s; returns its resident bytes. */
export async function settledBytes(pid: number): Promise<number> {
  let reference = residentBytes(pid);
  for (let poll = 0, calm = 0; poll < mostPolls && calm < calmPolls; poll++) {
    await sleep(pollMs);
    const now = residentBytes(pid);
    calm = Math.abs(now - reference) <= tolerance * reference ? calm + 1 : 0;
    reference = calm === 0 ? now : reference;
  }
  return residentBytes(pid);
}
