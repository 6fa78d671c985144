import { once } from "node:events";
import { WebSocket } from "ws";
import { serveCalls } from "../harness/calls.ts";

/** Open pages, as the server sees them: each has a connection to the feed and watches what its page shows. */

export interface SubscribersPlan {
  readonly host: string;
  readonly webPort: number;
  /** The paths that each page watches. */
  readonly pages: readonly (readonly string[])[];
}

export interface Received {
  readonly messages: number;
  readonly bytes: number;
}

let messages = 0;
let bytes = 0;

const calls = {
  /** Opens the pages, until the process ends; returns when each has the first answer to all that it watches. */
  async open({ host, webPort, pages }: SubscribersPlan): Promise<void> {
    await Promise.all(pages.map((paths) => openPage(`ws://${host}:${webPort}/api/feed`, paths)));
  },

  /** What they have received since the last time. */
  take(): Received {
    const received = { messages, bytes };
    messages = 0;
    bytes = 0;
    return received;
  },
};

export type SubscribersCalls = typeof calls;

async function openPage(url: string, paths: readonly string[]): Promise<void> {
  const socket = new WebSocket(url);
  await once(socket, "open");
  const unanswered = new Set(paths.keys());
  await new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      messages++;
      bytes += data.length;
      // (The rest is not parsed: here that would only take processor time from who is measured.)
      unanswered.delete(Number(/^\{"watch":(\d+)/.exec(data.toString("latin1", 0, 20))?.[1]));
      if (unanswered.size === 0) {
        resolve();
      }
    });
    paths.forEach((path, watch) => socket.send(JSON.stringify({ watch, path })));
  });
}

serveCalls(calls);
