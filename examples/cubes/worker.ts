// A worker: takes a number from x, puts its cube into r, for ever. Start as many as you like, anywhere.
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace<{ x: number; r: number }>("table", { useUse: true });

for (;;) {
  const x = await ws.fetch("x");
  await ws.store("r", x ** 3);
}
