// Lock: a holder that stands still for longer than its lease does no harm. See docs/how-to/lock.md.
import { setTimeout as sleep } from "node:timers/promises";
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
example.start("keeper.mjs");

await using ws = new NetWorkSpace<{ lock: number; position: number }>("plotter", { useUse: true });
await ws.find("lock");

const slow = example.start("holder.mjs", "4"); // 4 s, with a lease of 2
while ((await ws.findTry("lock")) !== undefined) {
  await sleep(20); // until it has the lock
}
const quick = [example.start("holder.mjs"), example.start("holder.mjs")];
await Promise.all([slow, ...quick].map((holder) => holder.ended));
console.log(`the pen is at ${await ws.find("position")}`);
