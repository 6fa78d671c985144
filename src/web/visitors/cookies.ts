/** What a browser sends back of a cookie; undefined: it has none of this name. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) {
      return pair.slice(at + 1).trim();
    }
  }
  return undefined;
}

export interface CookieOptions {
  readonly name: string;
  readonly value: string;
  /** 0: the browser forgets it. */
  readonly maxAgeSeconds: number;
  /** It goes over TLS alone. */
  readonly isSecure: boolean;
}

/** A cookie for pages of this server alone, which no script can read: what `Set-Cookie` says. */
export function cookieText({ name, value, maxAgeSeconds, isSecure }: CookieOptions): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}
