// A watcher: prints each new status until it is "done". It may come late and look away: it misses only what is no longer true.
import { NetWorkSpace } from "networkspaces";

const name = process.argv[2] ?? "watcher";
await using ws = new NetWorkSpace<{ status: string }>("status", { useUse: true });

for await (const status of ws.ifind("status")) {
  console.log(`${name} sees: ${status}`);
  if (status === "done") {
    break;
  }
}
