import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { startServer } from "../../src/host/index.ts";

it("connections that say nothing take nobody's place: the oldest of too many is dropped, known clients stay", async () => {
  await using server = await startServer({ port: 0, webPort: false, limits: { maxConnections: 1100 } });
  await using ws = new NetWorkSpace("w", { serverHost: server.host, serverPort: server.port });
  await ws.store("x", 1);
  const silent: Socket[] = [];
  for (let count = 0; count < 1025; count++) {
    const socket = connect(server.port, server.host);
    socket.on("error", () => undefined);
    silent.push(socket);
    await once(socket, "connect");
  }
  await once(silent[0]!.resume(), "close");
  expect(silent.slice(1).some((socket) => socket.destroyed)).toBe(false);
  // Half a million more of them would change nothing for who comes and says who he is.
  await using late = new NetWorkSpace("w", { serverHost: server.host, serverPort: server.port });
  expect(await late.fetch("x")).toBe(1);
  await ws.store("x", 2);
  silent.forEach((socket) => socket.destroy());
});
