// A server in a process of its own, so that its memory can be measured and its death noticed. Its parent asks for its
// memory by message.

import { startServer } from "../../../src/host/index.ts";

const server = await startServer({ port: 0, tmpDir: process.argv[2] ?? "" });

process.on("message", () => {
  globalThis.gc?.();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const peakRss = process.resourceUsage().maxRSS * 1024;
  process.send?.({ rss, heapUsed, external, arrayBuffers, peakRss });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port: server.port });
