import type { Dictionary } from "./dictionary.ts";

/** Options of the handshake. */
export const Option = {
  metadataToServer: "MetadataToServer",
  metadataFromServer: "MetadataFromServer",
  killServerOnClose: "KillServerOnClose",
  webPort: "NwsWebPort",
  webScheme: "NwsWebScheme",
  ssl: "SSL",
  multiplex: "Multiplex",
} as const;

/** The value by which a client asks for an option. */
export const ASKED = "1";

/** The offered value of `NwsWebScheme`. */
export const HTTPS = "https";

/** An offered value that stands for "any value". */
export const ANY = "";

/**
 * The options that a server offers. `allowKillOnClose`: the operator lets a client end the server by hanging up
 * (default: no); `webPort`: the web interface's port (default: none); `isWebEncrypted`: it is reached by https (default: no); `allowTls`: the
 * connection may be encrypted from here on (default: no).
 */
export function offeredOptions(
  settings: {
    allowKillOnClose?: boolean;
    webPort?: number | undefined;
    isWebEncrypted?: boolean;
    allowTls?: boolean;
  } = {},
): Dictionary {
  const offer = new Map<string, string>([
    [Option.metadataToServer, ANY],
    [Option.metadataFromServer, ANY],
  ]);
  if (settings.allowKillOnClose === true) {
    offer.set(Option.killServerOnClose, ANY);
  }
  if (settings.webPort !== undefined) {
    offer.set(Option.webPort, String(settings.webPort));
    if (settings.isWebEncrypted === true) {
      offer.set(Option.webScheme, HTTPS);
    }
  }
  if (settings.allowTls === true) {
    offer.set(Option.ssl, ANY);
  }
  return offer.set(Option.multiplex, ANY);
}
