import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { WebError } from "./problem.ts";

/*
 * Anybody's page, open in the same browser, can make it send requests here. It can read none of the answers, but for two tricks: it may let
 * a name of its own point to this machine (so only known names are answered), and it may change things without reading (so what changes
 * something, or opens a WebSocket, must come from our own pages).
 */

export interface HostCheck {
  readonly names: ReadonlySet<string>;
  /** The address that is listened on. */
  readonly host: string;
}

/** Throws when the interface was called by a name that is not known to be this machine's. */
export function checkHost({ host = "" }: IncomingHttpHeaders, { names, host: own }: HostCheck): void {
  const name = host
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
  const isKnown =
    isIP(name) > 0 ||
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === own.toLowerCase() ||
    name === hostname().toLowerCase() ||
    names.has(name);
  if (!isKnown) {
    throw new WebError(
      421,
      "wrong_host",
      `the web interface does not answer to the name '${name}'; use its address, or start the server with --web-name ${name}`,
    );
  }
}

/** Throws when a page of somebody else's sent the request. */
export function checkOrigin({ origin, host }: IncomingHttpHeaders): void {
  if (origin !== undefined && hostOf(origin) !== host) {
    throw new WebError(403, "wrong_origin", `a page of ${origin} may not change anything here`);
  }
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** Values are other people's bytes: whatever gets into a page must not run there. */
export const securityHeaders = {
  "content-security-policy":
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self'; " +
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
} as const;
