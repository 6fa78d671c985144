// client.mjs: hands in jobs, and waits for their outcomes
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("jobs", { persistent: true });

const jobs = [
  { id: 1, text: "to be or not to be" },
  { id: 2, text: "that is the question" },
  { id: 3, text: undefined },
];
await ws.storeAll("todo", jobs);

const outcomes = [];
while (outcomes.length < jobs.length) {
  outcomes.push(await ws.fetch("done"));
}
for (const { id, words, error } of outcomes.sort((a, b) => a.id - b.id)) {
  console.log(`job ${id}: ${error ?? `${words} words`}`);
}

await ws.close();
