import { isIP, type OnReadOpts } from "node:net";
import { checkServerIdentity, connect, type ConnectionOptions, TLSSocket } from "node:tls";
import type { TlsSettings } from "./tls-options.ts";

const BINDING_BYTES = 32;

/** Begins an encrypted connection. `onread`: as of `net.connect`. */
export function connectTls(
  { host, port }: { readonly host: string; readonly port: number },
  { context, servername, isVerified }: TlsSettings,
  onread: OnReadOpts,
): TLSSocket {
  const name = servername ?? host;
  // (Types of Node do not know `onread` here; its documentation does.)
  const options: ConnectionOptions & { readonly onread: OnReadOpts } = {
    host,
    port,
    onread,
    secureContext: context,
    rejectUnauthorized: isVerified,
    // An address may not be asked for, but it may stand in the certificate.
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
  };
  return connect(options);
}

/** Whether this runtime tells what a login is bound to: Node and Bun do, Deno does not. */
export const hasChannelBinding = "exportKeyingMaterial" in TLSSocket.prototype;

/** See `Transport.channelBinding`. */
export function channelBindingOf(socket: TLSSocket): Uint8Array | undefined {
  return hasChannelBinding
    ? socket.exportKeyingMaterial(BINDING_BYTES, "EXPORTER-Channel-Binding", Buffer.alloc(0))
    : undefined;
}
