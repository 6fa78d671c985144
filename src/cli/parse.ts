import { InvalidArgumentError } from "commander";
import { CommandFailure, ExitCode } from "./exit-code.ts";

/** Texts of the command line as numbers. Each throws commander's error, which names the option before the sentence. */

export function parsePort(text: string): number {
  return whole(text, 0, 65_535, "a port is a number from 0 to 65535");
}

/** A place in a numbering from 0. */
export function parseRank(text: string): number {
  return whole(text, 0, Number.MAX_SAFE_INTEGER, "it must be a whole number from 0");
}

export function parseCount(text: string): number {
  return whole(text, 1, Number.MAX_SAFE_INTEGER, "it must be a whole number from 1");
}

export function parseDays(text: string): number {
  return whole(text, 1, 3650, "it must be a whole number of days from 1 to 3650");
}

/** Seconds, with a fraction if need be, as milliseconds. */
export function parseSeconds(text: string): number {
  const seconds = /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (!(seconds > 0)) {
    throw new InvalidArgumentError("it must be a number of seconds above 0.");
  }
  return seconds * 1000;
}

const unitBytes: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes: `1000000`, `64k`, `16M`, `1.5GiB` (all units are powers of 1024). */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text);
  const bytes = match === null ? Infinity : Math.floor(Number(match[1]) * unitBytes[match[2]!.toLowerCase()]!);
  if (!Number.isSafeInteger(bytes)) {
    throw new InvalidArgumentError("it must be a number of bytes, as 1000000, 64K, 16M or 2G.");
  }
  return bytes;
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A moment to come: `90m`, `12h`, `30d`, `2w` from now, or a date as `2027-01-31` or `2027-01-31T18:00:00Z`. */
export function parseExpiry(text: string): Date {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const at =
    unit === undefined
      ? /^\d{4}-\d\d-\d\d/.test(text)
        ? Date.parse(text)
        : NaN
      : Date.now() + Number(count) * unitMs[unit]!;
  if (!(at > Date.now())) {
    throw new InvalidArgumentError("it must be a moment to come, as 12h, 30d or 2027-01-31.");
  }
  return new Date(at);
}

/** The SHA-256 of a certificate: as it is written, or of the one in a file (PEM). 64 hexadecimal digits. */
export async function parseFingerprint(text: string): Promise<string> {
  const digits = text.replaceAll(":", "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) {
    return digits;
  }
  const { X509Certificate } = await import("node:crypto");
  const { readFile } = await import("node:fs/promises");
  try {
    return new X509Certificate(await readFile(text)).fingerprint256.replaceAll(":", "").toLowerCase();
  } catch (error) {
    throw new CommandFailure(ExitCode.failed, `there is no certificate in ${text}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function whole(text: string, least: number, most: number, sentence: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < least || value > most) {
    throw new InvalidArgumentError(`${sentence}.`);
  }
  return value;
}
