// Waits for a value over a connection that is cut meanwhile.
import { NwsServer } from "networkspaces";

const server = new NwsServer();
const heard = [];
server.on("disconnected", () => heard.push("disconnected"));
const back = new Promise((resolve) => server.on("reconnected", resolve)).then(() => heard.push("reconnected"));
const ws = await server.useWs("runtimes");
const waiting = ws.fetch("later");
await ws.store("waiting", true);
console.log(JSON.stringify("waiting"));
const value = await waiting;
await back;
console.log(JSON.stringify([value, ...heard]));
await server.close();
