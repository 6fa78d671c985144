// source.mjs: what goes into the pipeline
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("pipeline", { useUse: true });
await ws.declare("lines", "fifo", { maxValues: 10 });

for (let fahrenheit = 32; fahrenheit <= 212; fahrenheit += 9) {
  await ws.store("lines", `${fahrenheit} °F`); // waits while the pipeline is full
}
await ws.store("lines", "end");

await ws.close();
