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
  authenticate: "Authenticate",
  ownToken: "OwnToken",
} as const;

/** The value by which a client asks for an option. */
export const ASKED = "1";

/** The offered value of `NwsWebScheme`. */
export const HTTPS = "https";

/** An offered value that stands for "any value". */
export const ANY = "";

export interface OfferSettings {
  /** The operator lets a client end the server by hanging up. Default: no. */
  readonly allowKillOnClose?: boolean;
  /** The web interface's port. Default: there is none. */
  readonly webPort?: number | undefined;
  /** It is reached by https. Default: no. */
  readonly isWebEncrypted?: boolean;
  /** The connection may be encrypted from here on. Default: no. */
  readonly allowTls?: boolean;
  /** How clients may log in. Default: nobody is asked. */
  readonly mechanism?: string | undefined;
  /** The id of the token that programs of the server's own user find by themselves. Default: there is none. */
  readonly ownToken?: string | undefined;
}

/** The options that a server offers. */
export function offeredOptions(settings: OfferSettings = {}): Dictionary {
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
  if (settings.mechanism !== undefined) {
    offer.set(Option.authenticate, settings.mechanism);
  }
  if (settings.ownToken !== undefined) {
    offer.set(Option.ownToken, settings.ownToken);
  }
  return offer.set(Option.multiplex, ANY);
}
