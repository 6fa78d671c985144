// A searcher: `find` to look at the best so far, and `fetch`, compare, `store` to replace it. Between fetch and store the variable
// is empty, so nobody else can change it: they wait.
import { NetWorkSpace } from "networkspaces";

const [rank = 0, searcherCount = 1] = process.argv.slice(2).map(Number);
const curve = (x: number): number => Math.sin(x) * Math.sqrt(x);

await using ws = new NetWorkSpace<{ max: { x: number; y: number } }>("max", { useUse: true });

for (let i = rank; i <= 10_000; i += searcherCount) {
  const x = i / 1000;
  const y = curve(x);
  if (y > (await ws.find("max")).y) {
    const best = await ws.fetch("max");
    await ws.store("max", y > best.y ? { x, y } : best);
  }
}
