import { once } from "node:events";
import type { Socket } from "node:net";
import { serveCalls } from "../harness/calls.ts";
import { CLASSIC_HANDSHAKE, classicRequest, dial, sessionBegin, type Target } from "../load/raw.ts";

/** Clients that connect, begin a session, and are silent. Every other one speaks the classic protocol. */

/** As many at a time as fit into a listener's queue. */
const atATime = 100;
/** As long as a client's sessions survive by default. */
const graceMs = 10_000;
let open = 0;

const calls = {
  async connect({ target, count }: { readonly target: Target; readonly count: number }): Promise<void> {
    for (let begun = 0; begun < count; begun += atATime) {
      const some = Array.from({ length: Math.min(atATime, count - begun) }, (_, i) => begin(target, i % 2 === 0));
      await Promise.all(some);
    }
  },

  /** How many of them are still connected. */
  openCount: (): number => open,
};

export type IdlersCalls = typeof calls;

async function begin(target: Target, isClassic: boolean): Promise<void> {
  const socket = dial(target);
  await once(socket, "connect");
  open++;
  socket.on("close", () => open--);
  if (isClassic) {
    socket.write(Buffer.concat([CLASSIC_HANDSHAKE, classicRequest("use ws", "load", "", "no")]));
    await arrival(socket, 8);
  } else {
    socket.write(sessionBegin("idle", graceMs));
    await arrival(socket, 80);
  }
}

/** Waits until at least so many bytes have come. */
async function arrival(socket: Socket, count: number): Promise<void> {
  for (let arrived = 0; arrived < count;) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    arrived += chunk.length;
  }
  socket.resume();
}

serveCalls(calls);
