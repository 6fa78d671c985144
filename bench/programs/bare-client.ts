/** As little as a worker can do: imports the client, connects, says so, and ends when it is told to. */
import { NetWorkSpace } from "../../src/client/index.ts";

const ws = new NetWorkSpace("bare", { serverPort: Number(process.argv[2]), useUse: true });
await ws.opened();
process.send!("ready");
process.on("disconnect", () => process.exit(0));
