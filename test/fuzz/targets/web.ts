import { createApp } from "../../../src/web/app.ts";
import { byteString, frame, hello, negotiation, verbs, fields } from "../../conformance/hostile/frames.ts";
import { request as classicRequest } from "../../conformance/hostile/classic-bytes.ts";
import type { Random } from "../../log/simulation.ts";
import { concat } from "../engine/mutate.ts";
import { joinPieces, splitPieces } from "../engine/pieces.ts";
import type { Target } from "../engine/target.ts";
import { FuzzServer } from "../support/fuzz-server.ts";
import { FuzzSocket } from "../support/fuzz-socket.ts";
import { httpAnswers } from "../support/http-answers.ts";

const MOST_TURNS = 400;
const QUIET_TURNS = 6;
const text = (latin1: string): Uint8Array => new Uint8Array(Buffer.from(latin1, "latin1"));
const last = text("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
/** What the server itself may fail with: no room, no babelfish that answers. */
const allowed = new Set([504, 507]);

/**
 * The web interface's port: each input is the bytes of one connection, in pieces. Nothing is answered with a fault of the server's, every page and answer has
 * the headers that keep it harmless, and another connection is served.
 */
export const target: Target = {
  seeds,
  start: async () => {
    const server = new FuzzServer();
    const addresses = { host: "127.0.0.1", port: 1, webPort: 2 };
    const app = await createApp({ server: server.server, addresses, hostNames: [], pages: undefined });
    const connect = (): FuzzSocket => {
      const socket = Object.assign(new FuzzSocket(), {
        remoteAddress: "127.0.0.1",
        remotePort: 3,
        setTimeout: () => undefined,
      });
      app.http.emit("connection", socket);
      return socket;
    };
    return {
      attempt: async (input) => {
        const client = server.connect();
        client.send(concat([text("1111"), ...furnish]));
        const socket = connect();
        const pieces = splitPieces(input);
        pieces.forEach((piece) => socket.send(piece));
        socket.send(last);
        const bytes = await received(socket, server);
        check(bytes);
        socket.destroy();
        const other = connect();
        other.send(last);
        const [answer] = httpAnswers(await received(other, server));
        if (answer?.status !== 200) {
          throw new Error("another connection is not served");
        }
        other.destroy();
        await server.tidyUp();
      },
      stop: async () => {
        await app.close();
        await server.stop();
      },
    };
  },
  words: words().map(text),
  freshPiece,
  maxBytes: 2000,
  maxMs: 3000,
};

/** A workspace, a variable with values, somebody who waits. */
const furnish = [
  classicRequest("open ws", "w", "label", "no"),
  classicRequest("store", "w", "x", "1", "value"),
  classicRequest("store", "w", "x", "184549376", "\x82\x01\x02"),
  classicRequest("declare var", "w", "one", "single"),
  classicRequest("fetch", "w", "waited"),
];

/** What comes, until nothing more does. */
async function received(socket: FuzzSocket, server: FuzzServer): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let turn = 0, quiet = 0; turn < MOST_TURNS && quiet < QUIET_TURNS; turn++) {
    await server.settle();
    const part = socket.takeReceived();
    parts.push(part);
    quiet = part.length > 0 || (parts.every(({ length }) => length === 0) && turn < MOST_TURNS / 4) ? 0 : quiet + 1;
    if (socket.isEnded && part.length === 0) {
      break;
    }
  }
  return Buffer.concat(parts);
}

function check(bytes: Buffer): void {
  for (const { status, headers } of httpAnswers(bytes)) {
    if (status >= 500 && !allowed.has(status)) {
      throw new Error(`answered with ${status}`);
    }
    const isBare = status === 101 || !headers.has("content-type");
    if (!isBare && (headers.get("x-content-type-options") !== "nosniff" || !headers.has("content-security-policy"))) {
      throw new Error(
        `an answer with ${status} and ${headers.get("content-type") ?? ""} without the headers that keep it harmless`,
      );
    }
  }
}

const paths = [
  "/api/server",
  "/api/server/history",
  "/api/workspaces",
  "/api/workspaces?search=w&sort=name&order=desc&offset=0&limit=3&variable=x",
  "/api/workspaces/w",
  "/api/workspaces/w/variables",
  "/api/workspaces/w/variables?search=x&sort=bytes",
  "/api/workspaces/w/variables/x",
  "/api/workspaces/w/variables/x/values",
  "/api/workspaces/w/variables/x/values?limit=2&from=0",
  "/api/workspaces/w/variables/x/values/0",
  "/api/workspaces/w/variables/x/values/1/text",
  "/api/workspaces/w/variables/x/values/0?as=download",
  "/api/clients",
  "/api/clients/s1",
  "/openapi.json",
  "/healthz",
  "/metrics",
  "/doit?op=listWss",
  "/doit?op=showVar&wsName=w&varName=x",
  "/",
  "/client.js",
  "/pages/x",
  "/nowhere/../x",
] as const;

const changesOf = [
  ["POST", "/api/workspaces", '{"name":"v"}'],
  ["POST", "/api/workspaces/w/variables", '{"name":"y","mode":"lifo"}'],
  ["POST", "/api/workspaces/w/variables/x/values", '{"descriptor":1,"bytes":"YWJj"}'],
  ["POST", "/api/workspaces/w/variables/x/take", ""],
  ["POST", "/api/workspaces/w/variables/x/clear", ""],
  ["DELETE", "/api/workspaces/w/variables/x", ""],
  ["DELETE", "/api/workspaces/w", ""],
  ["DELETE", "/api/clients/s1", ""],
] as const;

function http(method: string, path: string, body = "", headers: readonly string[] = []): Uint8Array {
  const typed = body === "" ? [] : ["Content-Type: application/json", `Content-Length: ${body.length}`];
  return text([`${method} ${path} HTTP/1.1`, "Host: localhost", ...typed, ...headers, "", body].join("\r\n"));
}

function upgrade(path: string): Uint8Array {
  return http("GET", path, "", [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ]);
}

/** A frame of a WebSocket, masked with zeros. */
function message(content: Uint8Array, opcode = 1): Uint8Array {
  return concat([
    Uint8Array.of(0x80 + opcode, 0x80 + Math.min(content.length, 125), 0, 0, 0, 0),
    content.subarray(0, 125),
  ]);
}

function seeds(): Uint8Array[] {
  const watch = (path: string): Uint8Array => message(text(`{"watch":1,"path":"${path}"}`));
  return [
    ...paths.map((path) => joinPieces([http("GET", path)])),
    ...changesOf.map(([method, path, body]) => joinPieces([http(method, path, body)])),
    joinPieces(changesOf.map(([method, path, body]) => http(method, path, body))),
    joinPieces([
      upgrade("/api/feed"),
      watch("/api/workspaces"),
      watch("/api/workspaces/w/variables"),
      message(text('{"unwatch":1}')),
      message(text(""), 8),
    ]),
    joinPieces([
      upgrade("/ws"),
      message(negotiation, 2),
      message(hello, 2),
      message(frame(1, verbs.open, fields([4, 0], [1, 5]), byteString("v")), 2),
    ]),
    joinPieces([
      http("POST", "/api/workspaces", '{"name":"v"}', ["Origin: http://elsewhere"]),
      http("GET", "/api/server", "", ["Host: evil.example"]),
    ]),
  ];
}

function words(): string[] {
  return [
    "\r\n",
    "Host: ",
    "Origin: http://localhost",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 5",
    "%2F",
    "%00",
    "%ff",
    "%",
    "..",
    "?",
    "&limit=",
    "HEAD ",
    "OPTIONS ",
    "PUT ",
    "null",
    "[]",
    '"',
    "-1",
    "1e99",
    "Range: bytes=0-1\r\n",
    "If-None-Match: *\r\n",
    "Expect: 100-continue\r\n",
  ];
}

function freshPiece(random: Random): Uint8Array {
  if (random.chance(0.6)) {
    return http(random.pick(["GET", "GET", "GET", "HEAD", "POST", "DELETE", "OPTIONS"]), random.pick(paths));
  }
  const [method, path, body] = random.pick(changesOf);
  return random.chance(0.8)
    ? http(method, path, body)
    : random.pick([
        upgrade("/api/feed"),
        upgrade("/ws"),
        message(text(`{"watch":${random.below(3)},"path":"${random.pick(paths)}"}`)),
      ]);
}
