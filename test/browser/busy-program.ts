import { NetWorkSpace } from "../../src/client/index.ts";

/* PORT WORKSPACE VARIABLE LANES BACKLOG: see Programs.busy */

const [port, workspace = "", variable = "", lanes, backlog] = process.argv.slice(2);

const ws = new NetWorkSpace(workspace, { serverHost: "127.0.0.1", serverPort: Number(port), reconnect: false });
for (let i = 0; i < Number(backlog); i++) {
  await ws.store(variable, `job ${i}`);
}
let last = Number(backlog);
await Promise.all(
  Array.from({ length: Number(lanes) }, async () => {
    for (;;) {
      await ws.store(variable, `job ${last++}`);
      await ws.fetch(variable);
    }
  }),
);
