import { Server as HttpServer, type ServerResponse } from "node:http";
import type { Readiness, Unready } from "../server/readiness.ts";
import { securityHeaders } from "./guards.ts";
import { Strangers } from "./strangers.ts";

/*
 * What orchestrators and load balancers ask, who have no login: whether the process lives, and whether it should be sent clients. The answers say
 * nothing of what is on the server.
 */

export const LIVE_PATHS: readonly string[] = ["/livez", "/healthz"];
export const READY_PATH = "/readyz";

export const ALIVE = { status: "ok" } as const;

export function readyAnswer(reasons: readonly Unready[]): { readonly status: number; readonly body: object } {
  return reasons.length === 0
    ? { status: 200, body: { status: "ready" } }
    : { status: 503, body: { status: "not_ready", reasons } };
}

/**
 * Answers these questions while `isStarting`, when the rest of the web interface has nothing to show yet. All other requests wait for `app`: its HTTP
 * server, to which they are passed on.
 */
export function probesWhile(
  isStarting: () => boolean,
  readiness: Readiness,
  app: () => Promise<HttpServer>,
): HttpServer {
  const http = new HttpServer();
  const strangers = new Strangers();
  http.on("connection", (socket) => strangers.add(socket));
  http.on("request", (request, response) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    const isLook = request.method === "GET" || request.method === "HEAD";
    if (isStarting() && isLook && LIVE_PATHS.includes(path)) {
      answer(response, 200, ALIVE);
    } else if (isStarting() && isLook && path === READY_PATH) {
      void readiness.reasons().then((reasons) => {
        const { status, body } = readyAnswer(reasons);
        answer(response, status, body);
      });
    } else {
      app().then(
        (other) => other.emit("request", request, response),
        () => response.destroy(),
      );
    }
  });
  http.on("upgrade", (request, socket, head) => {
    app().then(
      (other) => other.emit("upgrade", request, socket, head),
      () => socket.destroy(),
    );
  });
  http.on("clientError", (error, socket) => {
    app().then(
      (other) => other.emit("clientError", error, socket),
      () => socket.destroy(),
    );
  });
  // (As in the application: else Node does not watch how long requests take.)
  http.emit("listening");
  return http;
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...securityHeaders, "content-type": "application/json; charset=utf-8" });
  response.end(text);
}
