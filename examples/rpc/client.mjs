// client.mjs
import { NetWorkSpace } from "networkspaces";
import { call } from "./call.mjs";

const ws = new NetWorkSpace("calculator", { useUse: true });

console.log(await call(ws, "add", [2, 3]));
console.log(await Promise.all([1, 4, 9].map((x) => call(ws, "root", [x])))); // many at a time
try {
  await call(ws, "root", [-1]);
} catch (error) {
  console.log(error instanceof RangeError, error.message);
}

await ws.close();
