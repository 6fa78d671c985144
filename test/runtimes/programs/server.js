import { startServer } from "networkspaces/server";

const server = await startServer({ port: 0 }).catch((error) => console.log(JSON.stringify(error.message)));
await server?.stop();
