// keeper.mjs: keeps what is protected, and does only what the newest holder of the lock asks for
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("plotter"); // it owns the workspace: without the keeper there is no lock either
await ws.declare("position", "single");
await ws.guard("position"); // nobody but the keeper stores here
await ws.store("position", 0);
await ws.store("lock", 0);

let newest = 0;
for (;;) {
  const { fence, move, reply } = await ws.fetch("requests");
  if (fence < newest) {
    await ws.store(reply, { refused: `fence ${fence} is older than ${newest}` });
    continue;
  }
  newest = fence;
  const position = move ?? (await ws.find("position"));
  await ws.store("position", position);
  await ws.store(reply, { position });
}
