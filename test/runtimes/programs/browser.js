// The client for browsers: the first argument is the address of a server's WebSockets, the second a token.
import { NetWorkSpace } from "networkspaces/browser";

const ws = new NetWorkSpace("runtimes", { url: process.argv[2], token: process.argv[3] });
await ws.store("x", { over: "a WebSocket" });
console.log(JSON.stringify(await ws.fetch("x")));
await ws.close();
