import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { startServer } from "../../src/host/index.ts";
import { AccessList } from "../../src/server/access/access-list.ts";
import { Access } from "../../src/server/access/access.ts";
import { owner, type Principal } from "../../src/server/access/principal.ts";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "../server/harness.ts";
import { byteString, frame, RawMultiplexed, u32, u8 } from "../server/raw-multiplexed.ts";

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

it("of what a client sends while it is asked who it is, little is kept and nothing is lost", async () => {
  let tell: (() => void) | undefined;
  class SlowAccess extends Access {
    override whoIs(): Promise<Principal> {
      return new Promise((resolve) => (tell = () => resolve(owner)));
    }
  }
  await using test = await serve({ access: new SlowAccess({ list: new AccessList() }) });
  const client = await RawMultiplexed.connect(test);
  const count = 50_000;
  const pings = Array.from({ length: count }, (_, request) => frame(request, Verb.ping));
  client.raw.write(Buffer.concat([frame(0, Verb.hello, u8(1), u32(0), byteString("eager")), ...pings]));
  await until(() => tell !== undefined, "it is asked");
  expect(test.server.traffic.bytesIn).toBeLessThan(20_000);
  tell!();
  expect(await client.next()).toMatchObject({ request: 0, verb: Reply.welcome });
  for (let request = 0; request < count; request++) {
    const reply = await client.next();
    if (reply.request !== request || reply.verb !== Reply.done) {
      expect(reply).toMatchObject({ request, verb: Reply.done });
    }
  }
  client.raw.destroy();
});
