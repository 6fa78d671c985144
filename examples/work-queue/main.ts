// Work queue: jobs on lease, whose outcome is stored in the same step that ends them. See docs/how-to/work-queue.md.
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
example.start("worker.mjs");
example.start("worker.mjs");
await example.start("client.mjs").ended;
