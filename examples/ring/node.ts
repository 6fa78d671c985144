// A node of the ring: waits for the token, counts the hop, hands it on, for ever.
import { NetWorkSpace } from "networkspaces";

const [rank = 0, nodeCount = 1] = process.argv.slice(2).map(Number);
const next = (rank + 1) % nodeCount;

const ws = new NetWorkSpace<Record<string, number>>("ring", { useUse: true });

for (;;) {
  const token = await ws.fetch(`node ${rank}`);
  await ws.store(`node ${next}`, token + 1);
}
