// Runs an example by name: npm run example cubes
import { pathToFileURL } from "node:url";

const programs: Readonly<Record<string, string>> = {
  barrier: "barrier/main.ts",
  bootstrap: "bootstrap/main.ts",
  broadcast: "broadcast/main.ts",
  "browser-chat": "browser-chat/main.ts",
  chat: "chat/chat.ts",
  "cross-validation": "cross-validation/main.ts",
  cubes: "cubes/master.ts",
  hostname: "hostname/main.ts",
  "init-data": "init-data/main.ts",
  "leader-election": "leader-election/main.ts",
  lock: "lock/main.ts",
  mandelbrot: "mandelbrot/main.ts",
  max: "max/main.ts",
  pi: "pi/main.ts",
  "ping-pong": "ping-pong/main.ts",
  pipeline: "pipeline/main.ts",
  primes: "primes/main.ts",
  "primes-by-hand": "primes-by-hand/main.ts",
  ring: "ring/main.ts",
  rpc: "rpc/main.ts",
  status: "status/worker.ts",
  tickets: "tickets/box-office.ts",
  wordcount: "wordcount/main.ts",
  "work-queue": "work-queue/main.ts",
};

const [name = ""] = process.argv.splice(2, 1); // what is left is for the example
const program = programs[name];
if (program === undefined) {
  console.error(`usage: npm run example NAME [-- ARGUMENTS]\nexamples: ${Object.keys(programs).join(", ")}`);
  process.exitCode = 2;
} else {
  await import(pathToFileURL(`${import.meta.dirname}/${program}`).href);
}
