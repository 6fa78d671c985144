// Cubes: gives out the numbers 0 to 99, and collects their cubes from whoever computes them.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
example.start("worker.ts");

await using ws = new NetWorkSpace("table");

for (let x = 0; x < 100; x++) {
  await ws.store("x", x);
}

const cubes = [];
for (let i = 0; i < 100; i++) {
  cubes.push(await ws.fetch("r"));
}
console.log(cubes.join(" "));
