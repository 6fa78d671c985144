// RPC: requests in one queue, each answer in a variable of its own. See docs/how-to/rpc.md.
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
example.start("service.mjs");
example.start("service.mjs");
await example.start("client.mjs").ended;
