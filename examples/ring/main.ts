// Ring: processes in a circle hand a token on, each to its neighbour. Node 0 is this process.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

const [nodeCount, laps] = [4, 100];

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<Record<string, number>>("ring");

for (let rank = 1; rank < nodeCount; rank++) {
  example.start("node.ts", String(rank), String(nodeCount));
}

let token = 0;
for (let lap = 0; lap < laps; lap++) {
  await ws.store("node 1", token + 1);
  token = await ws.fetch("node 0");
}
console.log(`${laps} laps around ${nodeCount} processes: the token was handed on ${token} times`);
