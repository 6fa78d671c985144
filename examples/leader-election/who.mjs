// who.mjs: waits until somebody leads, and says who
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("election", { useUse: true });

for await (const { name, term } of ws.ifind("leader")) {
  if (term > 0) {
    console.log(`${name} was elected, in term ${term}`);
    break;
  }
}

await ws.close();
