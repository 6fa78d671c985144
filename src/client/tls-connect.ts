import { isIP, type OnReadOpts } from "node:net";
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from "node:tls";
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

/** See `Transport.channelBinding`. */
export function channelBindingOf(socket: TLSSocket): Uint8Array {
  return socket.exportKeyingMaterial(BINDING_BYTES, "EXPORTER-Channel-Binding", Buffer.alloc(0));
}
