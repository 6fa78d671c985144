// Hostname: each worker says on which machine it runs. That is this one, unless others are named, which are reached over ssh.
//
//   npm run example hostname -- [machines]
import { hostname } from "node:os";
import { Sleigh, ssh } from "networkspaces/sleigh";
import { compare } from "../support/compare.ts";

const machines = process.argv.slice(2);

/** Where `npm install --prefix nws` in one's home there has put the package. */
const scriptDir = "nws/node_modules/.bin";

await using s = machines.length === 0 ? new Sleigh() : new Sleigh({ nodeList: machines, launch: ssh(), scriptDir });

const names = await s.eachWorker(() => hostname());

if (machines.length === 0) {
  compare(names, [hostname(), hostname(), hostname()], (list) => list.join(", "));
} else {
  console.log(names.join(", "));
}
