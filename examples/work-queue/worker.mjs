// worker.mjs: takes jobs, one after the other, for ever. Start as many as you like.
import { setTimeout as sleep } from "node:timers/promises";
import { LeaseLostError, NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("jobs", { useUse: true, reconnect: { graceMs: 2000 } });

/** The work itself. */
async function count({ text, seconds = 0 }) {
  if (typeof text !== "string") {
    throw new TypeError("there is no text");
  }
  await sleep(1000 * seconds);
  return text.split(/\s+/).length;
}

async function outcomeOf(job) {
  const { id } = job.value;
  if (job.deliveries > 3) {
    return { id, error: "three workers have died of it" };
  }
  const renewal = setInterval(() => void job.extend().catch(() => undefined), 5000);
  try {
    return { id, words: await count(job.value) };
  } catch (error) {
    return { id, error: String(error) };
  } finally {
    clearInterval(renewal);
  }
}

for (;;) {
  const job = await ws.fetch("todo", { lease: 15_000 });
  try {
    await job.complete("done", await outcomeOf(job));
  } catch (error) {
    if (!(error instanceof LeaseLostError)) {
      throw error;
    }
    // This process stood still for 15 s: the job is somebody else's now, and so is its outcome.
  }
}
