import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { SCRAM_ITERATIONS, SCRAM_KEY_BYTES } from "../../wire/scram.ts";

/** What a server keeps of a token: enough to know it again, and nothing with which one could log in. */
export interface ScramRecord {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export const SALT_BYTES = 16;

const hashPassword = promisify(pbkdf2);

/** `salt`: `SALT_BYTES` random ones. */
export async function recordOf(secret: string, salt: Uint8Array<ArrayBuffer>): Promise<ScramRecord> {
  const salted = await hashPassword(secret, salt, SCRAM_ITERATIONS, SCRAM_KEY_BYTES, "sha256");
  const storedKey = sha256(hmac(salted, "Client Key"));
  return { salt, iterations: SCRAM_ITERATIONS, storedKey, serverKey: hmac(salted, "Server Key") };
}

/** Whether this is the secret of which the record was made. */
export async function isSecretOf(secret: string, { salt, iterations, storedKey }: ScramRecord): Promise<boolean> {
  const salted = await hashPassword(secret, salt, iterations, SCRAM_KEY_BYTES, "sha256");
  return timingSafeEqual(sha256(hmac(salted, "Client Key")), storedKey);
}

export function hmac(key: Uint8Array, data: string | Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(data).digest();
}

export function sha256(data: Uint8Array): Uint8Array {
  return createHash("sha256").update(data).digest();
}
