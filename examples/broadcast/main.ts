// Broadcast: one stores, everybody hears, those who come late too. See docs/how-to/broadcast.md.
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
const early = example.start("subscriber.mjs", "Ann");
await example.start("publisher.mjs").ended;
const late = example.start("subscriber.mjs", "Bob");
await Promise.all([early.ended, late.ended]);
