// Max: several processes search for the highest point of a curve, each in a part of it, and share the best one found so far.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

const searcherCount = 4;

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<{ max: { x: number; y: number } }>("max");

await ws.store("max", { x: NaN, y: -Infinity });

const searchers = Array.from({ length: searcherCount }, (_, rank) =>
  example.start("searcher.ts", String(rank), String(searcherCount)),
);
await Promise.all(searchers.map((searcher) => searcher.ended));

const { x, y } = await ws.fetch("max");
console.log(`the highest point is y = ${y.toFixed(4)} at x = ${x.toFixed(3)}`);
