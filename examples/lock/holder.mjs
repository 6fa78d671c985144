// holder.mjs: moves the pen one step further, with the lock in its hand
import { setTimeout as sleep } from "node:timers/promises";
import { NetWorkSpace } from "networkspaces";
import { acquire } from "./lock.mjs";

const [seconds = 0, most = 2] = process.argv.slice(2).map(Number);

const ws = new NetWorkSpace("plotter", { useUse: true, reconnect: { graceMs: 2000 } });

async function ask(request) {
  const reply = `reply to ${process.pid}`;
  await ws.store("requests", { ...request, reply });
  const { position, refused } = await ws.fetch(reply);
  if (refused !== undefined) {
    throw new Error(refused);
  }
  return position;
}

const lock = await acquire(ws, "lock", 1000 * most);
const { fence } = lock;
try {
  const position = await ask({ fence }); // shows the fence, before anything else
  console.log(`fence ${fence}: the pen is at ${position}`);
  await sleep(1000 * seconds); // thinks
  console.log(`fence ${fence}: the pen is at ${await ask({ fence, move: position + 1 })}`);
  await lock.release();
} catch (error) {
  console.log(`fence ${fence}: ${error.message}`); // it took too long: somebody else has the lock, and nothing was done
}

await ws.close();
