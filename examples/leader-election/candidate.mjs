// candidate.mjs: leads, or waits until the one who does is gone
import { setTimeout as sleep } from "node:timers/promises";
import { LeaseLostError, NetWorkSpace } from "networkspaces";

const [name = "Ann"] = process.argv.slice(2);
const ws = new NetWorkSpace("election", { useUse: true, reconnect: { graceMs: 2000 } });

/** Says who leads, unless somebody of a later term has said so already. */
async function announce(term) {
  const latest = await ws.fetch("leader", { lease: 2000 });
  await latest.complete("leader", latest.value.term < term ? { name, term } : latest.value);
}

/** Leads, until this process has stood still for longer than its lease. */
async function lead(token, term) {
  await announce(term);
  for (;;) {
    await sleep(500); // the work of a leader goes here, in pieces shorter than the lease
    await token.extend();
  }
}

for (;;) {
  const token = await ws.fetch("token", { lease: 2000 }); // waits, for as long as somebody else leads
  const term = token.value + token.deliveries; // greater than that of every leader before
  console.log(`${name} leads, term ${term}`);
  try {
    await lead(token, term);
  } catch (error) {
    if (!(error instanceof LeaseLostError)) {
      throw error;
    }
    console.log(`${name} leads no more`);
  }
}
