// stage.mjs: one step of the pipeline, from one queue into the next
import { NetWorkSpace } from "networkspaces";

const stages = {
  parse: { from: "lines", to: "numbers", work: (line) => Number.parseFloat(line) },
  convert: { from: "numbers", to: "celsius", work: (fahrenheit) => ((fahrenheit - 32) * 5) / 9 },
};

const [name = "parse"] = process.argv.slice(2);
const { from, to, work } = stages[name];

const ws = new NetWorkSpace("pipeline", { useUse: true, reconnect: { graceMs: 2000 } });
await ws.declare(to, "fifo", { maxValues: 10 }); // no more than that between two stages

for (;;) {
  const item = await ws.fetch(from, { lease: true });
  await item.complete(to, item.value === "end" ? "end" : work(item.value));
}
