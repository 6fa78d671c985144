/** Why no encrypted connection came about, in words; with what to do about it. */
export class TlsFailure extends Error {
  override readonly name = "TlsFailure";
  readonly advice: string;

  constructor(message: string, advice: string, options: ErrorOptions) {
    super(message, options);
    this.advice = advice;
  }
}

const UNKNOWN_AUTHORITY: readonly string[] = [
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
];
const NO_TLS: readonly string[] = [
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_RECORD_LAYER_FAILURE",
  "ERR_SSL_UNEXPECTED_MESSAGE",
  "ERR_SSL_HTTP_REQUEST",
];

/** Explains what ended a TLS handshake; other errors, which had come to a connection without TLS too, it returns as they are. */
export function explainTls(error: Error, name: string): Error {
  const { code } = error as { readonly code?: unknown };
  const failure = (message: string, advice: string): TlsFailure => new TlsFailure(message, advice, { cause: error });
  if (typeof code !== "string") {
    return error;
  }
  if (UNKNOWN_AUTHORITY.includes(code)) {
    return failure(
      `its certificate is signed by an authority that is not known here (${code})`,
      "give the certificate of that authority with tls: { ca } (NWS_TLS_CA, --tls-ca); nws tls init has made it as ca.pem",
    );
  }
  if (NO_TLS.includes(code)) {
    return failure(
      "it does not speak TLS",
      "leave out the option tls (NWS_TLS, --tls), or start the server with --tls-cert and --tls-key",
    );
  }
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return failure("its certificate has expired", "give the server a new one (nws tls init --force, then SIGHUP)");
    case "CERT_NOT_YET_VALID":
      return failure("its certificate is not valid yet", "is the clock of one of the two machines wrong?");
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return failure(
        `its certificate is not for '${name}' but for ${namesIn(error)}`,
        "connect by one of these names, or say with tls: { servername } which one is meant",
      );
    case "ECONNRESET":
      return failure(
        "it closed the connection when TLS began",
        "does it speak TLS (--tls-cert, --tls-key)? Its log says more",
      );
    default:
      return code.startsWith("ERR_SSL_")
        ? failure(
            `TLS failed: ${code.slice("ERR_SSL_".length).toLowerCase().replaceAll("_", " ")}`,
            "its log says more",
          )
        : error;
  }
}

function namesIn(error: Error & { readonly cert?: { readonly subjectaltname?: string } }): string {
  return error.cert?.subjectaltname ?? "nobody that it names";
}
