import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { until } from "./harness.ts";
import { keep, type KeptServer, open } from "./kept-server.ts";

it("a value that a client gave back is there though the server crashes twice, the second time before it has noted that for good", async () => {
  await using first = await keep();
  await using line = await Line.to(first);
  const other = open(first);
  const ws = new NetWorkSpace("kept", {
    serverHost: "127.0.0.1",
    serverPort: line.port,
    persistent: true,
    reconnect: { backoffMs: 5, maxBackoffMs: 20 },
  });
  await ws.store("y", 0);
  const giveUp = new AbortController();
  const fetching = ws.fetch("x", { signal: giveUp.signal });
  await until(() => first.server.space.stats.waiting === 1, "it waits");
  // The value is on its way to the client when that gives up; it comes, and is given back, but the log does not have that.
  first.disk.hold();
  const stored = other.store("x", "precious");
  await until(() => first.disk.heldCount === 1, "the log writes");
  giveUp.abort();
  await expect(fetching).rejects.toMatchObject({ code: "aborted" });
  first.disk.letThrough();
  await stored;
  await until(() => first.disk.heldCount === 1, "the log writes that it is back");
  line.cut();

  await using second = await first.crashed();
  second.disk.hold();
  line.leadTo(second);
  await until(() => second.disk.heldCount === 1, "the log writes that the session is regained");
  line.cut();

  await using third = await second.crashed();
  line.leadTo(third);
  await ws.store("y", 1);
  const last = open(third);
  expect(await last.fetchTry("x")).toBe("precious");
  first.disk.letGo();
  await Promise.all([ws, other, last].map((each) => each.close()));
});

/** A port behind which one server is, then another, or none. */
class Line implements AsyncDisposable {
  port = 0;
  #target: KeptServer | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    if (this.#target === undefined) {
      socket.destroy();
      return;
    }
    const { host, port } = this.#target;
    const onward = connect({ host, port });
    for (const each of [socket, onward]) {
      this.#sockets.add(each);
      each.on("error", () => undefined);
      each.on("close", () => {
        this.#sockets.delete(each);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });

  static async to(target: KeptServer): Promise<Line> {
    const line = new Line();
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    line.port = (line.#server.address() as AddressInfo).port;
    line.leadTo(target);
    return line;
  }

  leadTo(target: KeptServer): void {
    this.#target = target;
  }

  cut(): void {
    this.#target = undefined;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }
}
