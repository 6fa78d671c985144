// Leader election: three candidates, of which one leads; when it ends another does. See docs/how-to/leader-election.md.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<{ token: number; leader: { name: string; term: number } }>("election");

await ws.store("token", 0);
await ws.store("leader", { name: "nobody", term: 0 });
for (const name of ["Ann", "Bob", "Eve"]) {
  example.start("candidate.mjs", name);
}
await example.start("who.mjs").ended;
