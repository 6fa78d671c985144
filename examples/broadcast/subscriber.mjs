// subscriber.mjs: follows the readings, in their order, until the end
import { NetWorkSpace } from "networkspaces";

const [name = "Ann"] = process.argv.slice(2);
const ws = new NetWorkSpace("news", { useUse: true });

const heard = [];
for await (const reading of ws.ifind("readings")) {
  if (reading === "end") {
    break;
  }
  heard.push(reading);
}
console.log(`${name} has heard ${heard.join(", ")}`);

await ws.close();
