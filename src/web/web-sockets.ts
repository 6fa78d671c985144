import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import type { Server } from "../server/server.ts";
import { bareAnswer } from "./bare-answer.ts";
import { endLogin, type Feed } from "./feed.ts";
import { checkHost, checkOrigin, type HostCheck } from "./guards.ts";
import { problemOf, WebError } from "./problem.ts";
import type { Strangers } from "./strangers.ts";
import type { Visitor, Visitors } from "./visitors/visitors.ts";
import { webPeerOf } from "./visitors/web-peer.ts";
import type { WebSession } from "./visitors/web-sessions.ts";

/** Most bytes of a message of a page to the feed. */
const MOST_FEED_BYTES = 16_384;
/** And of one of a client, which may hold many frames. */
const MOST_CLIENT_BYTES = 16 * 1_048_576;

export interface UpgradeOptions {
  readonly server: Server;
  readonly feed: Feed<Visitor>;
  readonly hosts: HostCheck;
  readonly visitors: Visitors;
  readonly strangers: Strangers;
}

/** Accepts WebSockets: `/api/feed` for pages, and `/ws` for clients, which speak the multiplexed protocol there. */
export function acceptUpgrades(http: HttpServer, options: UpgradeOptions): { close(): void } {
  const { server, feed, hosts, visitors, strangers } = options;
  const pages = new WebSocketServer({ noServer: true, maxPayload: MOST_FEED_BYTES, clientTracking: true });
  const clients = new WebSocketServer({ noServer: true, maxPayload: MOST_CLIENT_BYTES, perMessageDeflate: false });
  for (const each of [pages, clients]) {
    each.on("wsClientError", ({ message }: Error, socket: Duplex) => {
      socket.end(bareAnswer(400, { code: "bad_request", message }));
    });
  }
  const toFeed = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const visitor = await visitors.mustKnow(request);
    strangers.remove(socket);
    pages.handleUpgrade(request, socket, head, (page) => {
      endWith(visitor.session, page, () => endLogin(page));
      feed.add(page, visitor);
    });
  };
  // Who is not known yet can still log in with a token, as over TCP; the server counts who has not.
  const toServer = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { principal, session } = (await visitors.whoIs(request)) ?? {};
    clients.handleUpgrade(request, socket, head, (client) => {
      strangers.remove(socket);
      endWith(session, client, () => client.terminate());
      const peer = webPeerOf(request.socket, principal);
      const stream = createWebSocketStream(client, { allowHalfOpen: false });
      // (Also of one that the server turns away at once: what its client sends may be no WebSocket's.)
      stream.on("error", () => stream.destroy());
      server.acceptStream(stream, { ...peer, name: `${peer.name} (web)` });
    });
  };
  const nowhere = (): Promise<void> => Promise.reject(new WebError(404, "not_found", "there is no WebSocket here"));
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const path = request.url?.split("?")[0];
    const accept = path === "/api/feed" ? toFeed : path === "/ws" ? toServer : nowhere;
    const accepted = async (): Promise<void> => {
      checkHost(request.headers, hosts);
      checkOrigin(request.headers);
      await accept(request, socket, head);
    };
    accepted().catch((error: unknown) => refuse(socket, error));
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

/** Closes a WebSocket when the session ends that it belongs to. */
function endWith(session: WebSession | undefined, socket: WebSocket, close: () => void): void {
  const closed = session?.open(close);
  socket.on("close", () => closed?.());
}

function refuse(socket: Duplex, error: unknown): void {
  const { status, body } = problemOf(error) ?? { status: 400, body: { code: "bad_request", message: "bad request" } };
  socket.end(bareAnswer(status, body));
}
