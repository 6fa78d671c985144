import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Peer, peerOf } from "../../server/access/peer.ts";
import type { Principal } from "../../server/access/principal.ts";

/** What the socket of a request says about its other end. `principal`: who it must be, if that is known. */
export function webPeerOf(socket: Socket, principal?: Principal): Peer {
  const peer = peerOf(socket, principal);
  // (A login in a WebSocket is bound to nothing: a browser's program does not know its TLS connection.)
  return isSecure(socket) ? { ...peer, tls: { certificate: certificateOf(socket), binding: undefined } } : peer;
}

export function isSecure(socket: Socket): socket is TLSSocket {
  return "encrypted" in socket;
}

/** See `TlsFacts`. */
function certificateOf(socket: TLSSocket): string | undefined {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  return certificate?.fingerprint256.replaceAll(":", "").toLowerCase();
}
