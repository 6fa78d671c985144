// Status: a program that works and says how far it is; others watch. A SINGLE variable holds only what is true now.
import { setTimeout as sleep } from "node:timers/promises";
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<{ status: string }>("status");
await ws.declare("status", "single");

const watchers = [example.start("watcher.ts", "Ann"), example.start("watcher.ts", "Bob")];

for (let percent = 0; percent < 100; percent += 10) {
  await ws.store("status", `${percent} %`); // replaces what was there: nobody sees old news
  await sleep(200);
}
await ws.store("status", "done");

await Promise.all(watchers.map((watcher) => watcher.ended));
