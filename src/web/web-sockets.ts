import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { Server } from "../server/server.ts";
import { bareAnswer } from "./bare-answer.ts";
import type { Feed } from "./feed.ts";
import { checkHost, checkOrigin, type HostCheck } from "./guards.ts";
import { problemOf } from "./problem.ts";

/** Most bytes of a message of a page to the feed. */
const MOST_FEED_BYTES = 16_384;
/** And of one of a client, which may hold many frames. */
const MOST_CLIENT_BYTES = 16 * 1_048_576;

export interface UpgradeOptions {
  readonly server: Server;
  readonly feed: Feed;
  readonly hosts: HostCheck;
}

/** Accepts WebSockets: `/api/feed` for pages, and `/ws` for clients, which speak the multiplexed protocol there. */
export function acceptUpgrades(http: HttpServer, { server, feed, hosts }: UpgradeOptions): { close(): void } {
  const pages = new WebSocketServer({ noServer: true, maxPayload: MOST_FEED_BYTES, clientTracking: true });
  const clients = new WebSocketServer({ noServer: true, maxPayload: MOST_CLIENT_BYTES, perMessageDeflate: false });
  for (const each of [pages, clients]) {
    each.on("wsClientError", ({ message }: Error, socket: Duplex) => {
      socket.end(bareAnswer(400, { code: "bad_request", message }));
    });
  }
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    try {
      checkHost(request.headers, hosts);
      checkOrigin(request.headers);
    } catch (error) {
      const { status, body } = problemOf(error) ?? {
        status: 400,
        body: { code: "bad_request", message: "bad request" },
      };
      socket.end(bareAnswer(status, body));
      return;
    }
    switch (request.url?.split("?")[0]) {
      case "/api/feed":
        pages.handleUpgrade(request, socket, head, (page) => feed.add(page));
        break;
      case "/ws":
        clients.handleUpgrade(request, socket, head, (client) => {
          const { remoteAddress, remotePort } = request.socket;
          const stream = createWebSocketStream(client, { allowHalfOpen: false });
          server.acceptStream(stream, `${remoteAddress ?? "?"}:${remotePort ?? 0} (web)`);
        });
        break;
      default:
        socket.end(bareAnswer(404, { code: "not_found", message: "there is no WebSocket here" }));
    }
  });
  return {
    close: () => {
      for (const each of [...pages.clients, ...clients.clients]) {
        each.terminate();
      }
      pages.close();
      clients.close();
    },
  };
}
