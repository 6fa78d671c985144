// Hostname: each worker says on which machine it runs. Here that is always this one; with
// `new Sleigh({ nodeList: ["hippo", "newt"], launch: ssh() })` it is not.
import { hostname } from "node:os";
import { Sleigh } from "networkspaces/sleigh";
import { compare } from "../support/compare.ts";

await using s = new Sleigh();

const names = await s.eachWorker(() => hostname());

compare(names, [hostname(), hostname(), hostname()], (list) => list.join(", "));
