import { silentLogger } from "../server/logger.ts";
import type { ServerTlsOptions } from "../server/tls/server-certificate.ts";

/** Between which moments a certificate is valid. */
export interface CertificateValidity {
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** Looks whether a server could use these files. Rejects with an Error that names the file, and what is wrong with it. */
export async function checkCertificate(options: ServerTlsOptions): Promise<CertificateValidity> {
  const { ServerCertificate } = await import("../server/tls/server-certificate.ts");
  return (await ServerCertificate.load(options, silentLogger)).validity;
}
