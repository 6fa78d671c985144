import { Server as HttpServer } from "node:http";
import type { Socket } from "node:net";
import { checkHost, type HostCheck } from "./guards.ts";

/** A connection without TLS has so long to ask for its page. */
const REDIRECT_MS = 10_000;

/** Answers those who come to an encrypted web interface without TLS: a page's address leads to the same by https, all else is refused. */
export class Redirect {
  readonly #http: HttpServer;

  constructor(hosts: HostCheck) {
    this.#http = new HttpServer((request, response) => {
      const { method, url = "", headers } = request;
      const where = isPage(method, url) && isKnown(headers.host, hosts) ? `https://${headers.host}${url}` : undefined;
      const head = { connection: "close", "cache-control": "no-store", "content-type": "text/plain; charset=utf-8" };
      if (where !== undefined) {
        response.writeHead(308, { ...head, location: where }).end(`this page is at ${where}\n`);
      } else {
        response.writeHead(426, { ...head, connection: "close, Upgrade", upgrade: "TLS/1.2, HTTP/1.1" });
        response.end("this web interface is encrypted: use https\n");
      }
    });
    // (Without a listener for `upgrade` a WebSocket's request is answered like any other.)
    this.#http.maxRequestsPerSocket = 1;
  }

  answer(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), REDIRECT_MS);
    timer.unref();
    socket.once("close", () => clearTimeout(timer));
    this.#http.emit("connection", socket);
  }
}

function isPage(method: string | undefined, url: string): boolean {
  return (method === "GET" || method === "HEAD") && url.startsWith("/") && !/^\/(?:api|ws)\b/.test(url);
}

function isKnown(host: string | undefined, hosts: HostCheck): host is string {
  try {
    checkHost({ host }, hosts);
    return host !== undefined && /^[\w.:[\]-]+$/.test(host);
  } catch {
    return false;
  }
}
