import { describe, expect, it } from "vitest";
import { Login as ClientLogin } from "../../src/client/login.ts";
import { fits } from "../../src/server/access/glob.ts";
import { Login, LoginRefused } from "../../src/server/access/login.ts";
import { hmac, recordOf, sha256 } from "../../src/server/access/scram-record.ts";
import {
  authMessage,
  formatClientFirst,
  formatWithoutProof,
  fromBase64,
  parseClientFinal,
  parseClientFirst,
  parseServerFirst,
  ScramFault,
  toBase64,
} from "../../src/wire/scram.ts";

const token = `nws_0123456789ab_${"s".repeat(43)}`;
const record = await recordOf("s".repeat(43), new Uint8Array(16).fill(7));
const binding = new Uint8Array(32).fill(1);

function serverLogin(first: string, tlsBinding?: Uint8Array): Login {
  const find = (id: string) => (id === "0123456789ab" ? record : undefined);
  return new Login({ find, binding: tlsBinding, decoyKey: new Uint8Array(32) }, first);
}

async function logIn(client: ClientLogin, tlsBinding?: Uint8Array): Promise<void> {
  const server = serverLogin(client.first, tlsBinding);
  const last = await client.prove(server.challenge());
  await client.check(server.verify(last));
}

describe("SCRAM-SHA-256", () => {
  it("is that of RFC 7677, section 3", async () => {
    const salt = fromBase64("W22ZaJ0SNY7soEsUEjb6gQ==")!;
    const { storedKey, serverKey } = await recordOf("pencil", salt);
    const first = formatClientFirst(false, "user", "rOprNGfwEbeRWgbNEkqO");
    const serverFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const { nonce } = parseServerFirst(serverFirst, first.nonce);
    const message = authMessage(first, serverFirst, formatWithoutProof(false, undefined, nonce));
    const { proof } = parseClientFinal(`c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`);
    const clientKey = proof.map((byte, at) => byte ^ hmac(storedKey, message)[at]!);
    expect(sha256(clientKey)).toEqual(storedKey);
    expect(toBase64(hmac(serverKey, message))).toBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  });

  it("lets both sides prove themselves, without TLS and with", async () => {
    await logIn(new ClientLogin(token, undefined));
    await logIn(new ClientLogin(token, binding), binding);
  });

  it("refuses a proof that is for another TLS connection, and one for none", async () => {
    const elsewhere = new ClientLogin(token, new Uint8Array(32).fill(2));
    await expect(logIn(elsewhere, binding)).rejects.toThrow(LoginRefused);
    await expect(logIn(new ClientLogin(token, undefined), binding)).rejects.toThrow(/tls-exporter/);
    await expect(logIn(new ClientLogin(token, binding))).rejects.toThrow(/somebody is in between/);
  });

  it("answers for a token that is not there as for one that is, until the proof", async () => {
    const unknown = new ClientLogin(`nws_ffffffffffff_${"s".repeat(43)}`, undefined);
    const server = serverLogin(unknown.first);
    const challenge = server.challenge();
    expect(parseServerFirst(challenge, parseClientFirst(unknown.first).nonce)).toMatchObject({ iterations: 4096 });
    const again = serverLogin(unknown.first).challenge();
    expect(/s=([^,]+)/.exec(again)?.[1]).toBe(/s=([^,]+)/.exec(challenge)?.[1]);
    const last = await unknown.prove(challenge);
    expect(() => server.verify(last)).toThrow(LoginRefused);
  });

  it("refuses what does not belong to the login", async () => {
    const client = new ClientLogin(token, undefined);
    const server = serverLogin(client.first);
    const last = await client.prove(server.challenge());
    const other = serverLogin(client.first);
    expect(() => other.verify(last)).toThrow(LoginRefused);
    other.challenge();
    expect(() => other.verify(last)).toThrow(LoginRefused);
    await expect(client.prove("r=other,s=c2FsdA==,i=4096")).rejects.toThrow(/for another login/);
  });

  it.each([
    "",
    "n,,",
    "n,,n=,r=x",
    "y,,n=a,r=b",
    "n,a=b,n=a,r=b",
    "n,,n=a,r=b,x=c",
    "n,,n=a=b,r=c",
    `n,,n=a,r=${"b".repeat(1024)}`,
  ])("refuses %j for a first message", (text) => {
    expect(() => serverLogin(text)).toThrow(ScramFault);
  });

  it.each([
    "",
    "r=ab",
    "r=ab,s=!,i=4096",
    "r=ab,s=c2FsdA==,i=1",
    "r=ab,s=c2FsdA==,i=9999999",
    "r=ab,s=c2FsdA==,i=4096,x=1",
  ])("has the client refuse %j for a challenge", (text) => {
    expect(() => parseServerFirst(text, "a")).toThrow(ScramFault);
  });
});

describe("a pattern of names", () => {
  it.each([
    ["*", "", true],
    ["*", "anything", true],
    ["jobs-*", "jobs-", true],
    ["jobs-*", "jobs", false],
    ["*-jobs", "a-b-jobs", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-b-b-", false],
    ["?", "x", true],
    ["?", "", false],
    ["a.c", "abc", false],
    ["", "", true],
    ["", "x", false],
  ])("%j and %j", (pattern, name, expected) => {
    expect(fits(pattern, name)).toBe(expected);
  });

  it("takes no time to speak of, whatever is in it", () => {
    expect(fits(`${"*a".repeat(500)}b`, "a".repeat(1024))).toBe(false);
  });
});
