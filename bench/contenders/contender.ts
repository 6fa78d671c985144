/** What is compared: each contender is one small file that offers a queue of values through a promise API. */

export type Value = Uint8Array | string;
export type ValueKind = "text" | "bytes";

/** One connection to a contender's server. Operations may overlap; the values of one variable come out in order. */
export interface Connection {
  readonly store: (variable: string, value: Value) => Promise<unknown>;
  /** Takes a value that is known to be there. */
  readonly fetch: (variable: string) => Promise<Value>;
  /** Takes a value, waiting for it if need be. */
  readonly fetchWaiting: (variable: string) => Promise<Value>;
  readonly declare: (variable: string, mode: string) => Promise<unknown>;
  readonly deleteVar: (variable: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** Many operations at once on the connection: a contender may turn on what helps it then. */
  readonly manyInFlight: boolean;
  /** What `fetch` gives back: every contender is asked in the way that is quickest for it. */
  readonly valueKind: ValueKind;
  /** What is stored is to be on the disk when it is acknowledged, as far as that is for the client to say. */
  readonly isDurable: boolean;
  /** The file with the authority of a server that is spoken to over TLS. Default: without TLS. */
  readonly ca?: string | undefined;
}

export type Connect = (address: Address) => Promise<Connection>;

/** `…-tls`: the same contender, over TLS. `…-open`: a server that asks nobody who he is. */
export type ContenderName =
  "networkspaces" | "networkspaces-tls" | "networkspaces-open" | "classic" | "redis" | "echo" | "echo-tls";

/** Loads only the contender that is wanted. */
export async function contender(name: ContenderName): Promise<Connect> {
  switch (name) {
    case "networkspaces":
    case "networkspaces-tls":
    case "networkspaces-open":
      return (await import("./networkspaces.ts")).connectNetworkspaces;
    case "classic":
      return (await import("./classic.ts")).connectClassic;
    case "redis":
      return (await import("./redis.ts")).connectRedis;
    case "echo":
    case "echo-tls":
      return (await import("./echo.ts")).connectEcho;
  }
}

/** For an operation that a contender does not have. */
export function unsupported(operation: string): () => Promise<never> {
  return () => Promise.reject(new Error(`this contender has no '${operation}'`));
}
