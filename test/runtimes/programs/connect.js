// Prints a value that went through the server, or why not. The first argument: options of NetWorkSpace.
import { NetWorkSpace } from "networkspaces";

const ws = new NetWorkSpace("runtimes", JSON.parse(process.argv[2]));
try {
  await ws.store("x", 1);
  console.log(JSON.stringify(await ws.fetch("x")));
} catch (error) {
  console.log(JSON.stringify(`${error.name} ${error.message}`));
}
await ws.close();
