// member.mjs: does its part of each step, then waits for the others
import { setTimeout as sleep } from "node:timers/promises";
import { NetWorkSpace } from "networkspaces";
import { meet } from "./meet.mjs";

const [rank = 0, count = 3, steps = 3] = process.argv.slice(2).map(Number);

const ws = new NetWorkSpace("barrier", { useUse: true, reconnect: { graceMs: 2000 } });

const first = await ws.find("turn"); // a member that is started again goes on where the others are
for (let { step } = first; step < steps; step++) {
  await sleep(Math.random() * 100); // the work
  await ws.store("log", `step ${step}: member ${rank} is ready`);
  await meet(ws, { rank, step, count });
}

await ws.close();
