// Barrier: nobody begins a step before everybody has finished the one before. See docs/how-to/barrier.md.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

const [memberCount, stepCount] = [4, 3];

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace("barrier");

await ws.store("turn", { step: 0, arrived: [] });
const members = Array.from({ length: memberCount }, (_, rank) =>
  example.start("member.mjs", String(rank), String(memberCount), String(stepCount)),
);
for (let line = 0; line < memberCount * stepCount; line++) {
  console.log(await ws.fetch("log"));
}
await Promise.all(members.map((member) => member.ended));
