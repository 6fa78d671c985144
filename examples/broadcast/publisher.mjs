// publisher.mjs: what it stores reaches everybody who listens
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("news", { useUse: true });
await ws.declare("readings", "fifo", { ttl: 60_000 });

for (const reading of [20.1, 20.7, 21.9]) {
  await ws.store("readings", reading);
}
await ws.store("readings", "end");

await ws.close();
