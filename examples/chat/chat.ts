// Chat: what one types, all see. The messages are a queue that nobody takes from: each reads along at its own place.
import { userInfo } from "node:os";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

interface Message {
  readonly from: string;
  readonly text: string;
}

const { values } = parseArgs({ options: { name: { type: "string" }, port: { type: "string" } } });
const name = values.name ?? userInfo().username;

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<{ messages: Message }>("chat", { useUse: true });

console.log(
  `You are ${name}. Ctrl-D ends. Others join with: npx tsx examples/chat/chat.ts --port ${example.port} --name Ann`,
);

const leaving = new AbortController();
const reading = (async () => {
  for await (const { from, text } of ws.ifind("messages", { signal: leaving.signal })) {
    console.log(`${from}: ${text}`);
  }
})().catch((error: unknown) => {
  if (!leaving.signal.aborted) {
    throw error;
  }
});

for await (const text of createInterface({ input: process.stdin })) {
  await ws.store("messages", { from: name, text });
}
leaving.abort();
await reading;
