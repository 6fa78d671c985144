// Init data: what all workers need is stored once; each finds it, whenever it comes. `find` leaves the value for the next one.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

const workerCount = 4;

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<{ prices: Map<string, number>; total: string }>("init data");

// They start before there is anything to find: then they wait.
for (let rank = 0; rank < workerCount; rank++) {
  example.start("worker.ts", String(rank));
}

await ws.store("prices", new Map([["apple", 0.5], ["bread", 3], ["cheese", 7.25]])); // prettier-ignore

for (let rank = 0; rank < workerCount; rank++) {
  console.log(await ws.fetch("total"));
}
