// account.mjs: adds to a number that lies in the workspace. Nobody else can change it in between.
import { setTimeout as sleep } from "node:timers/promises";
import { LeaseLostError, NetWorkSpace } from "networkspaces";

const [amount = 1, seconds = 0, most = 2] = process.argv.slice(2).map(Number);

const ws = new NetWorkSpace("accounts", { useUse: true });

for (let isDone = false; !isDone;) {
  const balance = await ws.fetch("balance", { lease: 1000 * most }); // ours for 2 s
  console.log(`has ${balance.value}`);
  await sleep(1000 * seconds); // what it takes to find out the new one
  try {
    await balance.complete("balance", balance.value + amount); // the old one goes and the new one is there: both or neither
    isDone = true;
  } catch (error) {
    if (!(error instanceof LeaseLostError)) {
      throw error;
    }
    console.log("too late: nothing was changed");
  }
}

await ws.close();
