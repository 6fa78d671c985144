// A member: does its part of each step (which takes as long as it takes), then waits for the others.
import { setTimeout as sleep } from "node:timers/promises";
import { NetWorkSpace } from "networkspaces";
import { meet } from "./meet.ts";

const [rank = 0, memberCount = 1, stepCount = 1] = process.argv.slice(2).map(Number);

await using ws = new NetWorkSpace("barrier", { useUse: true });

for (let step = 0; step < stepCount; step++) {
  await sleep(Math.random() * 100);
  await ws.store("log", `step ${step}: member ${rank} is ready`);
  await meet(ws, step, memberCount);
}
