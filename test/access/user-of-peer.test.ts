import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import type { Addresses } from "../../src/server/access/peer.ts";
import { UserLookup } from "../../src/server/access/user-of-peer.ts";

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all!.some(({ address }) => address === "::1"));

/** Connections of this process with itself, as their listener sees them. */
class Connections implements AsyncDisposable {
  readonly #server: Server;
  readonly #clients: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async at(host: string): Promise<Connections> {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    return new Connections(server);
  }

  async to(host: string): Promise<Addresses> {
    const accepted = once(this.#server, "connection");
    const { port } = this.#server.address() as AddressInfo;
    this.#clients.push(connect(port, host));
    const [socket] = (await accepted) as [Socket];
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    return {
      remoteAddress: remoteAddress!,
      remotePort: remotePort!,
      localAddress: localAddress!,
      localPort: localPort!,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clients.forEach((client) => client.destroy());
    this.#server.close();
    await once(this.#server, "close");
  }
}

describe.skipIf(process.platform !== "linux")("the user at the other end of a connection is known", () => {
  const me = process.getuid?.();

  it("over IPv4", async () => {
    await using connections = await Connections.at("127.0.0.1");
    expect(await new UserLookup().userOf(await connections.to("127.0.0.1"))).toBe(me);
  });

  it.skipIf(!hasIPv6)("over IPv6, and over IPv4 to a listener for both, in either way to write it", async () => {
    await using connections = await Connections.at("::");
    for (const host of ["::1", "127.0.0.1", "::ffff:127.0.0.1"]) {
      expect(await new UserLookup().userOf(await connections.to(host)), host).toBe(me);
    }
  });

  it("among many, by two who look at the same time", async () => {
    await using connections = await Connections.at("127.0.0.1");
    const all: Addresses[] = [];
    for (let i = 0; i < 200; i++) {
      all.push(await connections.to("127.0.0.1"));
    }
    const lookups = [new UserLookup(), new UserLookup()];
    const users = await Promise.all(lookups.flatMap((lookup) => all.map((addresses) => lookup.userOf(addresses))));
    expect(new Set(users)).toEqual(new Set([me]));
  });

  it("but of no connection that there is not", async () => {
    await using connections = await Connections.at("127.0.0.1");
    const addresses = await connections.to("127.0.0.1");
    expect(await new UserLookup().userOf({ ...addresses, localPort: 1 })).toBeUndefined();
  });
});
