// Pipeline: each stage is a process, with a bounded queue to the next. See docs/how-to/pipeline.md.
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
example.start("stage.mjs", "parse");
example.start("stage.mjs", "convert");
const sink = example.start("sink.mjs");
await example.start("source.mjs").ended;
await sink.ended;
