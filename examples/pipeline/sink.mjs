// sink.mjs: what comes out of it
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("pipeline", { useUse: true });

const celsius = [];
for await (const value of ws.ifetch("celsius")) {
  if (value === "end") {
    break;
  }
  celsius.push(value);
}
console.log(celsius.join(" "));

await ws.close();
