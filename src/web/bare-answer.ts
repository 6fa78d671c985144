import { STATUS_CODES } from "node:http";
import type { Problem } from "./api.ts";
import { securityHeaders } from "./guards.ts";

/** A whole answer, for a socket on which the framework does not answer: what came cannot be read, or was to become a WebSocket. */
export function bareAnswer(status: number, problem: Problem): string {
  const body = JSON.stringify(problem);
  const headers = {
    ...securityHeaders,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}`, ...lines, "", body].join("\r\n");
}

/** What is answered to bytes that are no request, to headers that are too long, and to a request that does not come to its end. */
export function answerUnreadable(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return bareAnswer(408, { code: "bad_request", message: "the request has not come to its end in time" });
    case "HPE_HEADER_OVERFLOW":
      return bareAnswer(431, { code: "bad_request", message: "the headers of the request are too long" });
    default:
      return bareAnswer(400, { code: "bad_request", message: "what came is no request of HTTP" });
  }
}
