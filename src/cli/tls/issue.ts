import { randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { BitString, Integer, OctetString, Utf8String } from "asn1js";
import * as pkijs from "pkijs";

/** A certificate and its private key (PKCS #8), both PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface Wish {
  /** Its common name. */
  readonly name: string;
  readonly days: number;
  readonly use: "authority" | "server" | "client";
  /** Names and addresses of a server. Default: none. */
  readonly altNames?: readonly string[];
}

const DAY_MS = 86_400_000;
/** Clocks differ. */
const BACKDATED_MS = 3_600_000;
const SERIAL_BYTES = 16;

const COMMON_NAME = "2.5.4.3";
const KEY_IDENTIFIER = "2.5.29.14";
const KEY_USAGE = "2.5.29.15";
const ALT_NAMES = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const PURPOSE = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;

/** The first byte of the bit string: digitalSignature; keyCertSign and cRLSign. And how many of its bits do not count. */
const SIGNS_HANDSHAKES = { bits: 0x80, unused: 7 };
const SIGNS_CERTIFICATES = { bits: 0x06, unused: 1 };

const DNS_NAME = 2;
const IP_ADDRESS = 7;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;

/** Makes a key and a certificate for it, signed by `issuer`; an authority that is given none signs its own. An Error when the issuer cannot sign. */
export async function issue(wish: Wish, issuer?: Issued): Promise<Issued> {
  const pair = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = new pkijs.Certificate();
  certificate.version = 2;
  certificate.serialNumber = serialNumber();
  certificate.subject.typesAndValues.push(
    new pkijs.AttributeTypeAndValue({ type: COMMON_NAME, value: new Utf8String({ value: wish.name }) }),
  );
  certificate.notBefore = time(Date.now() - BACKDATED_MS);
  certificate.notAfter = time(Date.now() + wish.days * DAY_MS);
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
  const authority = issuer === undefined ? certificate : pkijs.Certificate.fromBER(bytesOf(issuer.cert));
  certificate.issuer = authority.subject;
  certificate.extensions = [
    ...(await extensions(wish, certificate)),
    extension(AUTHORITY_KEY_IDENTIFIER, new pkijs.AuthorityKeyIdentifier({ keyIdentifier: await keyHash(authority) })),
  ];
  const signer = issuer === undefined ? pair.privateKey : await importKey(issuer.key);
  await certificate.sign(signer, "SHA-256");
  const key = await webcrypto.subtle.exportKey("pkcs8", pair.privateKey);
  return { cert: pem("CERTIFICATE", certificate.toSchema(true).toBER()), key: pem("PRIVATE KEY", key) };
}

async function extensions({ use, altNames = [] }: Wish, certificate: pkijs.Certificate): Promise<pkijs.Extension[]> {
  const isAuthority = use === "authority";
  const { bits, unused } = isAuthority ? SIGNS_CERTIFICATES : SIGNS_HANDSHAKES;
  const usage = new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits: unused });
  const constraints = isAuthority ? { cA: true, pathLenConstraint: 0 } : { cA: false };
  const common = [
    extension(BASIC_CONSTRAINTS, new pkijs.BasicConstraints(constraints), true),
    critical(KEY_USAGE, usage.toBER()),
    plain(KEY_IDENTIFIER, (await keyHash(certificate)).toBER()),
  ];
  return [
    ...common,
    ...(isAuthority ? [] : [extension(EXTENDED_KEY_USAGE, new pkijs.ExtKeyUsage({ keyPurposes: [PURPOSE[use]] }))]),
    ...(altNames.length > 0 ? [extension(ALT_NAMES, new pkijs.AltName({ altNames: altNames.map(generalName) }))] : []),
  ];
}

function extension(
  extnID: string,
  value: { toSchema(): { toBER(): ArrayBuffer } },
  isCritical = false,
): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical: isCritical, extnValue: value.toSchema().toBER() });
}

function critical(extnID: string, extnValue: ArrayBuffer): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical: true, extnValue });
}

function plain(extnID: string, extnValue: ArrayBuffer): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical: false, extnValue });
}

async function keyHash(certificate: pkijs.Certificate): Promise<OctetString> {
  return new OctetString({ valueHex: await certificate.getKeyHash() });
}

function generalName(name: string): pkijs.GeneralName {
  return isIP(name) === 0
    ? new pkijs.GeneralName({ type: DNS_NAME, value: name })
    : new pkijs.GeneralName({ type: IP_ADDRESS, value: new OctetString({ valueHex: addressBytes(name) }) });
}

/** The 4 or 16 bytes of an address. */
function addressBytes(address: string): ArrayBuffer {
  if (isIP(address) === 4) {
    return Uint8Array.from(address.split("."), Number).buffer;
  }
  // The canonical form: eight groups, of which a run of zeros is left out, and none is written as IPv4.
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const groupsOf = (text: string): number[] => (text === "" ? [] : text.split(":").map((group) => parseInt(group, 16)));
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return Uint8Array.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff])).buffer;
}

function serialNumber(): Integer {
  const bytes = new Uint8Array(randomBytes(SERIAL_BYTES));
  // Positive, and as long as it is said to be.
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return new Integer({ valueHex: bytes.buffer });
}

/** (From 2050 on the other of the two forms is needed.) */
function time(ms: number): pkijs.Time {
  const value = new Date(Math.floor(ms / 1000) * 1000);
  return new pkijs.Time({
    value,
    type: value.getUTCFullYear() < 2050 ? pkijs.TimeType.UTCTime : pkijs.TimeType.GeneralizedTime,
  });
}

async function importKey(text: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey("pkcs8", bytesOf(text), ALGORITHM, false, ["sign"]);
}

/** Of the first block of a PEM text. */
function bytesOf(text: string): ArrayBuffer {
  const [, base64 = ""] = /-----BEGIN [^-]+-----([^-]+)-----END/.exec(text) ?? [];
  return new Uint8Array(Buffer.from(base64, "base64")).buffer;
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
