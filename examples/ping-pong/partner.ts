// The partner: sends every ball back.
import { NetWorkSpace } from "networkspaces";

const rounds = Number(process.argv[2]);

await using ws = new NetWorkSpace<{ ping: number; pong: number }>("ping-pong", { useUse: true });

for (let round = -1; round < rounds; round++) {
  await ws.store("pong", await ws.fetch("ping"));
}
