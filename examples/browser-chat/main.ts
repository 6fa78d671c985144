// Chat in the browser: a server that shows the page beside this file. All there is to the page: index.html and chat.js.
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startServer } from "networkspaces/server";

await using server = await startServer({ port: 0, webPages: fileURLToPath(new URL("page", import.meta.url)) });
console.log(`Open http://${server.host}:${server.webPort}/pages/ in two windows. Ctrl-C ends.`);
console.log(`From a terminal: npx tsx examples/chat/chat.ts --port ${server.port}`);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
