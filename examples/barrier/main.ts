// Barrier: nobody begins a step before everybody has finished the one before. Built from `fetch`, `store` and `find`.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

const [memberCount, stepCount] = [4, 3];

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<{ [arrived: `arrived ${number}`]: number; log: string }>("barrier");

for (let step = 0; step < stepCount; step++) {
  await ws.store(`arrived ${step}`, 0);
}
for (let rank = 0; rank < memberCount; rank++) {
  example.start("member.ts", String(rank), String(memberCount), String(stepCount));
}
for (let line = 0; line < memberCount * stepCount; line++) {
  console.log(await ws.fetch("log"));
}
