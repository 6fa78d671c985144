import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, it } from "vitest";
import { createApp } from "../../src/web/app.ts";
import { FuzzServer } from "../fuzz/support/fuzz-server.ts";

/** The web interface alone, with small limits; nobody is known to it but by a token. */
async function serve(limits: { readonly headersMs?: number; readonly mostStrangers?: number }) {
  const server = new FuzzServer();
  const app = await createApp({
    server: server.server,
    addresses: { host: "127.0.0.1", port: 1, webPort: 2 },
    hostNames: [],
    pages: undefined,
    ...limits,
  });
  const listener = createServer((socket) => app.http.emit("connection", socket)).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  return {
    server,
    async dial(text: string): Promise<Socket> {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      socket.write(text);
      return socket;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      await app.close();
      await server.stop();
    },
  };
}

async function untilClosed(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (more: string) => (text += more));
  await once(socket, "close");
  return text;
}

it.each([
  ["says nothing", "", ""],
  ["does not end the headers of its request", "GET /healthz HTTP/1.1\r\nHost: localh", "HTTP/1.1 408 Request Timeout"],
])("a connection that %s is closed after a time", async (_name, text, answer) => {
  await using web = await serve({ headersMs: 100 });
  expect(await untilClosed(await web.dial(text))).toContain(answer);
});

it("of too many connections on which nobody is known, the oldest is closed", async () => {
  await using web = await serve({ mostStrangers: 2 });
  const request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const [first, second] = [await web.dial(request), await web.dial(request)];
  await Promise.all([once(first, "data"), once(second, "data")]);
  const closed = once(first, "close");
  const third = await web.dial(request);
  await Promise.all([once(third, "data"), closed]);
  second.write(request);
  expect(String((await once(second, "data"))[0])).toContain("200 OK");
});

it("a WebSocket that the server does not take, and whose client goes on with garbage, is closed and nothing else", async () => {
  await using web = await serve({});
  void web.server.server.stop();
  const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  const socket = await web.dial(
    `GET /ws HTTP/1.1\r\nHost: localhost\r\n${upgrade}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  socket.write("COPTIONS");
  await untilClosed(socket);
});
