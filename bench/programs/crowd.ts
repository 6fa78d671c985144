import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { NetWorkSpace } from "../../src/client/index.ts";
import { serveCalls } from "../harness/calls.ts";

/** Many who do nothing: idle classic connections, and operations that wait. */

export interface CrowdPlan {
  readonly host: string;
  readonly port: number;
  readonly count: number;
}

/** As many at a time as fit into a listener's queue. */
const atATime = 100;
const sockets: Socket[] = [];
/** Not awaited: nobody ever stores what they wait for. */
const waiting: Promise<unknown>[] = [];

const calls = {
  /** Connections that have done their handshake and joined a workspace, and then are silent. */
  async connect({ host, port, count }: CrowdPlan): Promise<void> {
    while (sockets.length < count) {
      const wanted = Math.min(atATime, count - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: wanted }, () => connectClassic(host, port)))));
    }
  },

  /** Every connection begins to wait, with the one operation that the classic protocol allows it. */
  waitOnConnections(): void {
    for (const socket of sockets) {
      socket.write(classicRequest("fetch", "crowd", "never"));
    }
  },

  /** One session of the multiplexed protocol waits `count` times. */
  async waitInSession({ host, port, count }: CrowdPlan): Promise<void> {
    const space = new NetWorkSpace("crowd", { serverHost: host, serverPort: port, useUse: true });
    for (let started = 0; started < count; started++) {
      waiting.push(space.fetch("never").catch(() => undefined));
    }
    // Answered after the fetches, which go before it on the same connection: they all wait by now.
    await space.store("elsewhere", "");
  },
};

export type CrowdCalls = typeof calls;

async function connectClassic(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  await once(socket, "connect");
  socket.on("error", (error) => {
    console.error(error);
    process.exit(1);
  });
  socket.write(`2222${classicRequest("use ws", "crowd", "", "no")}`);
  const statusAndVersion = 8;
  for (let arrived = 0; arrived < statusAndVersion;) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    arrived += chunk.length;
  }
  return socket;
}

function classicRequest(...args: readonly string[]): string {
  const fields = args.map((arg) => String(arg.length).padStart(20, "0") + arg);
  return String(args.length).padStart(4, "0") + fields.join("");
}

serveCalls(calls);
