import type { Socket } from "node:net";
import { isLoopback } from "../loopback.ts";
import type { Principal } from "./principal.ts";

/** What TLS says about the other end. */
export interface TlsFacts {
  /** SHA-256 of the certificate that it has shown and that is signed by an authority of ours: 64 hexadecimal digits. */
  readonly certificate: string | undefined;
  /**
   * What both ends of this TLS connection know, and nobody between them (RFC 9266, `tls-exporter`): 32 bytes. Undefined where the client
   * cannot know it: in a browser.
   */
  readonly binding: Uint8Array | undefined;
}

/** Both ends of a TCP connection, as the system's tables have them. */
export interface Addresses {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** The other end of a connection, and what its way here says about it. */
export interface Peer {
  /** For listings and the log: `127.0.0.1:51234`, or `local`. */
  readonly name: string;
  /** It is on this machine. */
  readonly isLocal: boolean;
  /** Undefined: it came without TLS. */
  readonly tls?: TlsFacts | undefined;
  /** Who it is, when that is known before it has said anything: the user's own Unix socket, a page that has logged in. */
  readonly principal?: Principal | undefined;
  /** Of its TCP connection, if it has one. */
  readonly addresses?: Addresses | undefined;
}

/** Whoever came by a Unix socket that only he could open. */
export function peerByUnixSocket(principal: Principal): Peer {
  return { name: "local", isLocal: true, principal };
}

/**
 * What a TCP socket says about its other end. `principal`: who it must be, if that is known. (A connection that was reset before it was accepted has no
 * addresses any more: that is nobody's in particular, and from nowhere near.)
 */
export function peerOf(socket: Socket, principal?: Principal): Peer {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) {
    return { name: "unknown", isLocal: false, principal };
  }
  const addresses = { remoteAddress, remotePort: remotePort ?? 0, localAddress, localPort: localPort ?? 0 };
  const name = `${remoteAddress.replace(/^::ffff:(?=\d+\.)/, "")}:${addresses.remotePort}`;
  return { name, isLocal: isLoopback(remoteAddress), principal, addresses };
}
