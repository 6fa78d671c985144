import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type TlsOptions, type TLSSocket, type Server as TlsServer } from "node:tls";
import type { TlsFacts } from "../access/peer.ts";
import type { Deadline, Deadlines, DeadlineTarget } from "../deadlines.ts";
import type { Logger } from "../logger.ts";
import type { Credentials } from "./server-certificate.ts";

/** A connection that has not finished its TLS handshake after so long (or has not begun to speak at all) is dropped. */
export const TLS_HANDSHAKE_MS = 60_000;

/** The first byte of every TLS connection (a record of the handshake), and of no other that comes here. */
const TLS_RECORD = 0x16;

const BINDING_BYTES = 32;
const BINDING_LABEL = "EXPORTER-Channel-Binding";

export interface TlsEntranceOptions {
  readonly deadlines: Deadlines;
  readonly logger: Logger;
  /** Protocols to agree on (ALPN). Default: none. */
  readonly protocols?: readonly string[];
}

/** Who waits for a connection that came in. */
export interface Host {
  /** It is encrypted from now on. */
  secured(socket: TLSSocket, facts: TlsFacts): void;
  /** It does not speak TLS: nothing of it is lost. */
  plain(socket: Socket): void;
}

/**
 * The way in where a server has a certificate: tells apart who speaks TLS and who does not, and does the handshake with the former.
 * Nobody hears of a connection before that is done, or of one that does not get so far.
 */
export class TlsEntrance {
  readonly #tls: TlsServer;
  readonly #deadlines: Deadlines;
  readonly #logger: Logger;
  /** Connections in their handshake, by both their ends: Node does not tell which socket a secured one came from. */
  readonly #arrivals = new Map<string, Arrival>();

  constructor(credentials: Credentials, { deadlines, logger, protocols = [] }: TlsEntranceOptions) {
    this.#deadlines = deadlines;
    this.#logger = logger;
    // It never listens: it is given connections.
    this.#tls = createServer({
      ...settings(credentials),
      ...(protocols.length > 0 && { ALPNProtocols: [...protocols] }),
    });
    this.#tls.on("secureConnection", (socket) => {
      const arrival = this.#arrivals.get(endsOf(socket) ?? "");
      if (arrival === undefined) {
        socket.destroy();
      } else {
        arrival.secured(socket);
      }
    });
    this.#tls.on("tlsClientError", (error, socket) => {
      this.#arrivals.get(endsOf(socket) ?? "")?.failed(error);
      socket.destroy();
    });
  }

  /** Connections that nobody has heard of yet. */
  get arrivalCount(): number {
    return this.#arrivals.size;
  }

  /** Takes a socket from which nothing has been read, and looks which way it comes. */
  enter(socket: Socket, host: Host): void {
    this.#arrive(socket, host)?.look();
  }

  /** Begins TLS on a connection that was plain so far. `rest`: what the other side has sent of it already. */
  upgrade(socket: Socket, rest: Uint8Array, secured: Host["secured"]): void {
    const arrival = this.#arrive(socket, { secured, plain: () => socket.destroy() });
    if (arrival !== undefined) {
      if (rest.length > 0) {
        socket.unshift(Buffer.from(rest));
      }
      arrival.shakeHands();
    }
  }

  /** Connections from now on get these. */
  renew(credentials: Credentials): void {
    this.#tls.setSecureContext(settings(credentials));
  }

  /** Drops who is not through. */
  close(): void {
    for (const arrival of [...this.#arrivals.values()]) {
      arrival.drop();
    }
  }

  #arrive(socket: Socket, host: Host): Arrival | undefined {
    const ends = endsOf(socket);
    if (socket.destroyed || ends === undefined) {
      socket.destroy(); // It has hung up already.
      return undefined;
    }
    const arrival = new Arrival(socket, host, this.#tls, this.#deadlines, this.#logger, () => {
      this.#arrivals.delete(ends);
    });
    this.#arrivals.set(ends, arrival);
    return arrival;
  }
}

/** A connection whose kind, or whose other end, is not known yet. */
class Arrival implements DeadlineTarget {
  readonly #socket: Socket;
  readonly #host: Host;
  readonly #tls: TlsServer;
  readonly #deadlines: Deadlines;
  readonly #logger: Logger;
  readonly #deadline: Deadline;
  /** After the handshake. */
  readonly #allowsHalfOpen: boolean;
  /** Where it is from, for the log. */
  readonly #peer: string;
  #over: (() => void) | undefined;

  constructor(socket: Socket, host: Host, tls: TlsServer, deadlines: Deadlines, logger: Logger, over: () => void) {
    this.#socket = socket;
    this.#host = host;
    this.#tls = tls;
    this.#deadlines = deadlines;
    this.#logger = logger;
    this.#peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
    this.#over = over;
    this.#allowsHalfOpen = socket.allowHalfOpen;
    this.#deadline = deadlines.add(TLS_HANDSHAKE_MS, this, 0);
    // (What breaks it is told by `close`; while it is encrypted, by the socket above it.)
    socket.on("error", () => undefined);
    socket.once("close", this.#closed);
  }

  /** Waits for the first byte. */
  look(): void {
    const socket = this.#socket;
    socket.once("readable", () => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) {
        this.drop(); // It has ended before it began.
        return;
      }
      socket.unshift(chunk);
      if (chunk[0] === TLS_RECORD) {
        this.shakeHands();
      } else {
        this.#end();
        this.#host.plain(socket);
      }
    });
  }

  shakeHands(): void {
    // Who stops sending in the midst of it will not come to its end.
    this.#socket.allowHalfOpen = false;
    this.#tls.emit("connection", this.#socket);
  }

  secured(socket: TLSSocket): void {
    let binding: Uint8Array;
    try {
      binding = new Uint8Array(socket.exportKeyingMaterial(BINDING_BYTES, BINDING_LABEL, Buffer.alloc(0)));
    } catch (error) {
      this.failed(error as Error);
      socket.destroy();
      return;
    }
    this.#end();
    // (It may be heard of only later. Its errors are told by `close`, too.)
    socket.on("error", () => undefined);
    socket.allowHalfOpen = this.#allowsHalfOpen;
    this.#host.secured(socket, { certificate: this.#certificateOf(socket), binding });
  }

  failed(error: Error): void {
    if (this.#over !== undefined) {
      this.#logger.info({ peer: this.#peer, reason: reasonOf(error) }, "TLS handshake failed");
      this.#end();
    }
  }

  drop(): void {
    this.#end();
    this.#socket.destroy();
  }

  expire(): void {
    this.failed(new Error("it did not come to an end"));
    this.#socket.destroy();
  }

  /** The fingerprint of the certificate that it has shown, if that is signed by one of the clients' authorities. */
  #certificateOf(socket: TLSSocket): string | undefined {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) {
      return undefined;
    }
    if (!socket.authorized) {
      const { subject } = certificate;
      this.#logger.info(
        { peer: this.#peer, subject, reason: String(socket.authorizationError) },
        "the client's certificate does not count",
      );
      return undefined;
    }
    return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  }

  readonly #closed = (): void => this.failed(new Error("it has hung up"));

  #end(): void {
    this.#deadlines.cancel(this.#deadline);
    this.#socket.off("close", this.#closed);
    this.#over?.();
    this.#over = undefined;
  }
}

/** (The message of an error of OpenSSL is a line of its source.) */
function reasonOf(error: Error & { readonly reason?: unknown }): string {
  return typeof error.reason === "string" ? error.reason : error.message;
}

/** Both ends of a TCP connection: no two have the same. Undefined: it is over. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  return remoteAddress === undefined
    ? undefined
    : `${remoteAddress} ${remotePort ?? 0} ${localAddress ?? ""} ${localPort ?? 0}`;
}

function settings({ cert, key, ca }: Credentials): TlsOptions {
  return {
    cert,
    key,
    ...(ca !== undefined && { ca, requestCert: true }),
    // Who shows no certificate that counts is known by other means, or refused later, in words.
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: TLS_HANDSHAKE_MS,
  };
}
