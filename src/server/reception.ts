import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { offeredOptions } from "../wire/options.ts";
import { MECHANISM } from "../wire/scram.ts";
import { type Peer, peerByUnixSocket, peerOf } from "./access/peer.ts";
import { owner, type Principal } from "./access/principal.ts";
import { Admission } from "./admission.ts";
import { ClassicSession, type ClassicTerms } from "./classic-session.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { Conversation } from "./conversation.ts";
import { Greeting } from "./greeting.ts";
import { type Agreement, HandshakeConversation } from "./handshake-conversation.ts";
import type { ServerContext } from "./server-context.ts";
import type { TlsEntrance } from "./tls/tls-entrance.ts";

export interface ReceptionOptions {
  readonly context: ServerContext & ConnectionContext;
  readonly connections: Connections;
  /** The way in by TCP where there is TLS. */
  readonly entrance: TlsEntrance | undefined;
  /** Clients are known by tokens and certificates alone. */
  readonly tokensOnly: boolean;
  /** Who comes has to wait until this is `open`. */
  readonly isLoading: boolean;
  /** Where the web interface is, as it is now. */
  readonly web: { readonly webPort: number | undefined; readonly isWebEncrypted: boolean };
}

/** Where clients come in: makes a connection of each socket, does the handshake, and has a session of either protocol begin. */
export class Reception {
  readonly #options: ReceptionOptions;
  /** Came while the data are being loaded. */
  #early: { readonly stream: Duplex; readonly peer: Peer }[] | undefined;
  #mode: "open" | "draining" | "closed" = "open";

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.#early = options.isLoading ? [] : undefined;
  }

  get isLoading(): boolean {
    return this.#early !== undefined;
  }

  /** All is loaded: who waits comes in now. */
  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const { stream, peer } of early) {
      if (!stream.destroyed) {
        this.#accept(stream, peer);
      }
    }
  }

  /** Nobody comes in any more but those who are on their way. (Who is still in a TLS handshake has not come in.) */
  drain(): void {
    this.#mode = "draining";
    this.#options.entrance?.close();
  }

  /** Nobody comes in any more. */
  close(): void {
    this.#mode = "closed";
    this.#options.entrance?.close();
    this.#early?.forEach(({ stream }) => stream.destroy());
    this.#early?.splice(0);
  }

  /** By TCP. */
  readonly enter = (socket: Socket): void => {
    if (socket.remoteAddress === undefined) {
      // It was reset already, and nobody knows whose it was.
      socket.destroy();
      return;
    }
    const { entrance, tokensOnly, connections } = this.#options;
    const known = peerOf(socket);
    const peer = tokensOnly ? { ...known, addresses: undefined } : known;
    if (entrance === undefined) {
      this.#accept(socket, peer);
    } else if (connections.isCrowded(entrance.arrivalCount)) {
      socket.destroy();
    } else {
      entrance.enter(socket, {
        secured: (secured, tls) => this.#accept(secured, { ...peer, tls }),
        plain: (plain) => this.#accept(plain, peer),
      });
    }
  };

  /** By a Unix socket that only the server's user may open. */
  readonly enterByUnixSocket = (socket: Socket): void => this.#accept(socket, peerByUnixSocket(owner));

  /** Some other way than over a socket that was accepted here. */
  enterByStream(stream: Duplex, peer: Peer): void {
    if (this.isLoading || this.#mode === "draining") {
      stream.destroy();
    } else {
      this.#serve(stream, peer);
    }
  }

  #accept(stream: Duplex, peer: Peer): void {
    if (this.#early !== undefined && this.#mode !== "closed") {
      stream.on("error", () => stream.destroy());
      this.#early.push({ stream, peer });
    } else {
      this.#serve(stream, peer);
    }
  }

  /** `agreement`: of a handshake that is over already; the connection is encrypted since then. */
  #serve(stream: Duplex, peer: Peer, agreement?: Agreement): void {
    const { context, connections } = this.#options;
    const admittance = this.#mode !== "closed" && connections.admit(peer.name, agreement !== undefined);
    if (admittance === false) {
      stream.destroy();
      return;
    }
    const refusal = admittance === true ? undefined : admittance;
    const connection = new Connection(stream, peer, context);
    if (refusal !== undefined) {
      context.logger.warn({ peer: peer.name }, "too many connections");
    }
    connections.add(connection, refusal !== undefined);
    if (agreement === undefined) {
      this.#shakeHands(stream, connection, refusal);
      return;
    }
    const session = this.#begin(connection, agreement, refusal);
    if (session !== undefined) {
      connection.conversation = session;
    }
  }

  #shakeHands(stream: Duplex, connection: Connection, refusal: string | undefined): void {
    const { context, web } = this.#options;
    const { access, allowKillOnClose, deadlines } = context;
    const { peer } = connection;
    const mayStartTls = peer.tls === undefined && stream instanceof Socket && stream.remoteAddress !== undefined;
    const entrance = mayStartTls ? this.#options.entrance : undefined;
    const offer = offeredOptions({
      allowKillOnClose,
      webPort: web.webPort,
      isWebEncrypted: web.isWebEncrypted,
      allowTls: entrance !== undefined,
      ...(!access.isOpen && { mechanism: MECHANISM, ownToken: access.ownToken }),
    });
    connection.conversation = new HandshakeConversation(connection, offer, deadlines, (agreed, rest) => {
      if (mayStartTls && entrance !== undefined && agreed.mode === "classic" && agreed.startTls) {
        connection.letGo();
        entrance.upgrade(stream, rest, (secured, tls) => this.#serve(secured, { ...peer, tls }, agreed));
        return undefined;
      }
      return this.#begin(connection, agreed, refusal);
    });
  }

  /** What a client begins with after the handshake. `refusal`: why it may not, if so. */
  #begin(connection: Connection, agreement: Agreement, refusal: string | undefined): Conversation | undefined {
    const { context } = this.#options;
    const { peer } = connection;
    const isEncrypted = peer.tls !== undefined;
    context.logger.debug({ peer: peer.name, mode: agreement.mode, isEncrypted }, "connected");
    if (agreement.mode === "multiplexed") {
      return new Greeting(connection, context, refusal);
    }
    if (refusal !== undefined) {
      // (That protocol has no words for it.)
      connection.close();
      return undefined;
    }
    return this.#classic(connection, agreement);
  }

  #classic(connection: Connection, terms: ClassicTerms): Conversation | undefined {
    const { context } = this.#options;
    const begin = (principal: Principal | undefined): ClassicSession | undefined => {
      if (principal !== undefined && context.refusesAnother(principal) !== undefined) {
        context.tally.refusedConnections.add("token_full");
        connection.close();
        return undefined;
      }
      if (principal !== undefined) {
        context.letIn(connection, principal);
      }
      return new ClassicSession(connection, context, terms, principal);
    };
    const who = context.access.whoIsClassic(connection.peer);
    return who instanceof Promise
      ? new Admission(connection, undefined, who, (principal, held) => {
          const session = begin(principal);
          if (session !== undefined) {
            connection.conversation = session;
            session.receive(held);
          }
        })
      : begin(who);
  }
}
