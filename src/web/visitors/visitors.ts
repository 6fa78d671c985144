import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Access } from "../../server/access/access.ts";
import type { Peer } from "../../server/access/peer.ts";
import type { Principal } from "../../server/access/principal.ts";
import { TokenCheck } from "../../server/access/token-check.ts";
import { WebError } from "../problem.ts";
import { cookieIn, cookieText } from "./cookies.ts";
import { isSecure, webPeerOf } from "./web-peer.ts";
import { LONGEST_MS, type WebSession, WebSessions } from "./web-sessions.ts";

/** Somebody who looks at the pages, or asks the API. */
export interface Visitor {
  readonly principal: Principal;
  /** Where he is: as `Peer.name`. */
  readonly from: string;
  /** Undefined: he has not logged in on a page, but is known by his token or the way that he came. */
  readonly session: WebSession | undefined;
}

const STRANGER =
  "nobody is logged in: log in on the page, or send a token ('Authorization: Bearer nws_…'); 'nws token create' makes one";

/** Finds out who sends requests: by the cookie of a login, else by a token, else by the way that they came. */
export class Visitors {
  readonly #access: Access;
  readonly #cookie: string;
  readonly #sessions: WebSessions;
  readonly #tokens: TokenCheck;
  /** What was looked up for a connection, which may send many requests. */
  readonly #principals = new WeakMap<Socket, Promise<Principal | undefined>>();
  readonly #users = new WeakMap<Socket, Promise<number | undefined>>();
  /** On whose behalf the server asks itself, by the address from which it seems to: no socket has such a one. */
  readonly #inside = new Map<string, Visitor>();
  #insideCount = 0;

  /** `port`: the web interface's, for servers on one machine share their cookies. */
  constructor(access: Access, port: number) {
    this.#access = access;
    this.#cookie = `nws-session-${port}`;
    this.#sessions = new WebSessions((principal) => access.isStillGood(principal));
    this.#tokens = new TokenCheck(access.list);
  }

  /**
   * Who sent this; undefined: nobody knows. Rejects with a LoginRefused or TooManyAttempts when he has sent a token and that is not good, and with a
   * WebError when nobody may come this way.
   */
  async whoIs({ headers, socket }: IncomingMessage): Promise<Visitor | undefined> {
    const inside = this.#inside.get(socket.remoteAddress ?? "");
    if (inside !== undefined) {
      return inside;
    }
    const peer = this.#peerOf(socket);
    const from = peer.name;
    if (!this.#access.isOpen) {
      const session = await this.#sessionOf(headers.cookie, socket, peer);
      if (session !== undefined) {
        return { principal: session.principal, from, session };
      }
      const { authorization } = headers;
      if (authorization !== undefined) {
        const principal = await this.#tokens.principalOf(tokenIn(authorization), socket.remoteAddress ?? "");
        return { principal, from, session: undefined };
      }
    }
    const principal = await this.#byWay(socket, peer);
    return principal && { principal, from, session: undefined };
  }

  /** The same; a WebError also when nobody knows. */
  async mustKnow(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.whoIs(request);
    if (visitor === undefined) {
      throw new WebError(401, "not_authenticated", STRANGER);
    }
    return visitor;
  }

  /** Whether what a visitor was let in by still holds. */
  isStillHere({ principal, session }: Visitor): boolean {
    return session?.hasEnded !== true && this.#access.isStillGood(principal);
  }

  /** Lets the server ask itself, on behalf of a visitor: with `address` as the remote one. */
  async inside<T>(visitor: Visitor, ask: (address: string) => Promise<T>): Promise<T> {
    const address = `inside ${++this.#insideCount}`;
    this.#inside.set(address, visitor);
    try {
      return await ask(address);
    } finally {
      this.#inside.delete(address);
    }
  }

  /** Returns who has logged in, and the cookie for him. Rejects as `whoIs`, and with a WebError when too many have. */
  async logIn(
    request: IncomingMessage,
    token: string,
  ): Promise<{ readonly visitor: Visitor; readonly cookie: string }> {
    const { socket } = request;
    const peer = this.#peerOf(socket);
    const principal = await this.#tokens.principalOf(token, socket.remoteAddress ?? "");
    this.logOut(request);
    const id = this.#sessions.begin(principal, await this.#userOf(socket, peer));
    const session = id === undefined ? undefined : this.#sessions.find(id);
    if (id === undefined || session === undefined) {
      throw new WebError(503, "too_many_logins", "too many browsers are logged in; try again later");
    }
    return { visitor: { principal, from: peer.name, session }, cookie: this.#cookieText(socket, id, LONGEST_MS) };
  }

  /** Ends the session of the browser that sent this, if it has one; returns what makes the browser forget it. */
  logOut({ headers, socket }: IncomingMessage): string {
    const id = cookieIn(headers.cookie, this.#cookie);
    if (id !== undefined) {
      this.#sessions.end(id);
    }
    return this.#cookieText(socket, "", 0);
  }

  close(): void {
    this.#sessions.close();
  }

  /** Throws when nobody may come this way. */
  #peerOf(socket: Socket): Peer {
    const peer = webPeerOf(socket);
    const refusal = this.#access.refusesWay(peer);
    if (refusal !== undefined) {
      throw new WebError(403, "tls_needed", `${refusal}: use its address that begins with https`);
    }
    return peer;
  }

  async #sessionOf(cookies: string | undefined, socket: Socket, peer: Peer): Promise<WebSession | undefined> {
    const id = cookieIn(cookies, this.#cookie);
    const session = id === undefined ? undefined : this.#sessions.find(id);
    if (session?.user === undefined) {
      return session;
    }
    // Browsers send a cookie to all ports of a machine: somebody else's server there may have got it.
    return (await this.#userOf(socket, peer)) === session.user ? session : undefined;
  }

  async #byWay(socket: Socket, peer: Peer): Promise<Principal | undefined> {
    const known = this.#principals.get(socket);
    if (known !== undefined) {
      return known;
    }
    const answer = this.#access.whoIs(peer);
    if (answer instanceof Promise) {
      this.#principals.set(socket, answer);
    }
    return answer;
  }

  #userOf(socket: Socket, peer: Peer): Promise<number | undefined> {
    const user = this.#users.get(socket) ?? this.#access.userOf(peer);
    this.#users.set(socket, user);
    return user;
  }

  #cookieText(socket: Socket, value: string, maxAgeMs: number): string {
    return cookieText({ name: this.#cookie, value, maxAgeSeconds: maxAgeMs / 1000, isSecure: isSecure(socket) });
  }
}

function tokenIn(authorization: string): string {
  return /^Bearer +(.*)$/i.exec(authorization)?.[1] ?? "";
}
