import { randomBytes } from "node:crypto";
import type { AccessList } from "./access-list.ts";
import { Login } from "./login.ts";
import type { Peer } from "./peer.ts";
import { local, owner, type Principal } from "./principal.ts";
import { UserLookup } from "./user-of-peer.ts";

export interface AccessOptions {
  readonly list: AccessList;
  /** Nobody is asked who he is: whoever comes may do everything. Default: no. */
  readonly isOpen?: boolean;
  /** Classic clients on this machine, which cannot say who they are, are let in whoever they are. Default: only those of the server's own user. */
  readonly allowsClassicLoopback?: boolean;
  /** Other machines may come without TLS. Default: no. */
  readonly allowsPlaintext?: boolean;
  /** The id of the token that the user's own programs find by themselves, if there is one. */
  readonly ownToken?: string | undefined;
}

type Answer = Principal | undefined | Promise<Principal | undefined>;

const ownUser = process.getuid?.();

/** Who is let in, and as whom. */
export class Access {
  readonly list: AccessList;
  readonly isOpen: boolean;
  readonly ownToken: string | undefined;
  readonly #allowsClassicLoopback: boolean;
  readonly #allowsPlaintext: boolean;
  readonly #users = new UserLookup();
  readonly #decoyKey = randomBytes(32);

  constructor(options: AccessOptions) {
    this.list = options.list;
    this.isOpen = options.isOpen ?? false;
    this.ownToken = options.ownToken;
    this.#allowsClassicLoopback = options.allowsClassicLoopback ?? false;
    this.#allowsPlaintext = options.allowsPlaintext ?? false;
  }

  /** Who this is, as far as his way here tells: without a word from him. Undefined: nobody knows. Never rejects. */
  whoIs(peer: Peer): Answer {
    if (this.isOpen) {
      return owner;
    }
    if (this.refusesWay(peer) !== undefined) {
      return undefined;
    }
    if (peer.principal !== undefined) {
      return peer.principal;
    }
    const certificate = peer.tls?.certificate;
    if (certificate === undefined) {
      return this.#byUser(peer);
    }
    const { list } = this;
    const sought = list.seekCertificate(certificate);
    return sought === undefined
      ? (list.byCertificate(certificate) ?? this.#byUser(peer))
      : sought.then(() => list.byCertificate(certificate) ?? this.#byUser(peer));
  }

  /** The same of a classic client. */
  whoIsClassic(peer: Peer): Answer {
    const answer = this.whoIs(peer);
    if (!this.#allowsClassicLoopback || !peer.isLocal) {
      return answer;
    }
    return answer instanceof Promise ? answer.then((principal) => principal ?? local) : (answer ?? local);
  }

  /** The number of the user whose process on this machine this is; undefined where the system does not tell. Never rejects. */
  async userOf({ isLocal, addresses }: Peer): Promise<number | undefined> {
    return isLocal && addresses !== undefined ? this.#users.userOf(addresses) : undefined;
  }

  /** An Error when other machines could reach this host in the clear and that was not asked for. */
  checkListening(host: string, hasTls = false): void {
    if (!this.isOpen && !this.#allowsPlaintext && !hasTls) {
      throw new Error(
        `on ${host} other machines could connect, and everybody between could read and change what they say: give the server a certificate ` +
          `('nws tls init' makes one), listen on 127.0.0.1, or allow it with the option allowPlaintext (--allow-plaintext)`,
      );
    }
  }

  /** Why nobody can come in this way at all, if so. */
  refusesWay(peer: Peer): string | undefined {
    return this.isOpen || this.#allowsPlaintext || peer.isLocal || peer.tls !== undefined
      ? undefined
      : "from other machines this server is reached with TLS only";
  }

  /** Begins a login with the client's first message. Throws as that does; a promise never rejects. */
  login(peer: Peer, text: string): Login | Promise<Login> {
    const { list } = this;
    const find = (id: string) => list.scramOf(id);
    const login = new Login({ find, binding: peer.tls?.binding, decoyKey: this.#decoyKey }, text);
    return list.seek(login.user)?.then(() => login) ?? login;
  }

  /** Whether somebody who came in as this may still do what he might then. */
  isStillGood(principal: Principal): boolean {
    return principal === owner || principal === local || this.list.isStillGood(principal);
  }

  async #byUser(peer: Peer): Promise<Principal | undefined> {
    return ownUser !== undefined && (await this.userOf(peer)) === ownUser ? owner : undefined;
  }
}
