import type { TlsOptions } from "../../client/index.ts";
import { pemOf } from "../../client/tls-options.ts";

/**
 * What workers need to connect as securely as the master does, on whatever machine and by whatever way: texts and no files, and the name by
 * which the master (which connects to `host`) knows the server. An ArgumentError when a file cannot be read any more.
 */
export function tlsForWorkers(tls: TlsOptions | undefined, host: string): TlsOptions | undefined {
  if (tls === undefined) {
    return undefined;
  }
  const where = { operation: "connect" };
  return {
    ca: pemOf("ca", tls, where),
    cert: pemOf("cert", tls, where),
    key: pemOf("key", tls, where),
    servername: tls.servername ?? host,
    rejectUnauthorized: tls.rejectUnauthorized,
  };
}
