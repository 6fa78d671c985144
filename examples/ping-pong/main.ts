// Ping-pong: two processes take turns; the time of a turn is what it costs to wake somebody up through the server.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

const rounds = 5000;

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<{ ping: number; pong: number }>("ping-pong");

const partner = example.start("partner.ts", String(rounds));
await ws.store("ping", -1);
await ws.fetch("pong"); // the partner has started

const startedAt = performance.now();
for (let round = 0; round < rounds; round++) {
  await ws.store("ping", round);
  const answer = await ws.fetch("pong");
  if (answer !== round) {
    throw new Error(`round ${round} was answered with ${answer}`);
  }
}
const seconds = (performance.now() - startedAt) / 1000;
console.log(`${rounds} rounds in ${seconds.toFixed(2)} s: ${Math.round(rounds / seconds)} a second`);

await partner.ended;
