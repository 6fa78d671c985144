import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { InvalidArgumentError } from "commander";

import { type Fault, repeated } from "./fault.ts";
import { type Kind, NONE } from "./kinds.ts";
import { nearest } from "./nearest.ts";
import { keyOf, type SettingName, settingNames, settingOf } from "./settings.ts";

/** What a configuration file says. */
export interface ConfigFile {
  readonly path: string;
  readonly values: ReadonlyMap<SettingName, unknown>;
  readonly faults: readonly Fault[];
}

/** Longer is no configuration. */
const MAX_BYTES = 2 ** 20;
/** (A list in a table would be two deep, and there are no tables.) */
const MAX_DEPTH = 16;

const nameOfKey = new Map(settingNames.map((name) => [keyOf(name), name]));

/** Never rejects: a file that cannot be read is one with a fault. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const refused = (message: string): ConfigFile => ({ path, values: new Map(), faults: [{ source: path, message }] });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return refused(code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "it may not be read" : message);
  }
  if (bytes.length > MAX_BYTES) {
    return refused(`it has ${bytes.length} bytes; a configuration has at most ${MAX_BYTES}`);
  }
  try {
    return await parseConfig(path, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) {
      return refused("it is no text in UTF-8");
    }
    throw error;
  }
}

/** `path`: what messages call it, and what its own paths are relative to. (The reader of TOML is loaded only where there is a file.) */
export async function parseConfig(path: string, text: string): Promise<ConfigFile> {
  const { parse, TomlError } = await import("smol-toml");
  const values = new Map<SettingName, unknown>();
  const faults: Fault[] = [];
  const options = { integersAsBigInt: "asNeeded", maxDepth: MAX_DEPTH } as const;
  let table: Readonly<Record<string, unknown>>;
  try {
    table = parse(text, options);
  } catch (error) {
    if (!(error instanceof TomlError)) {
      throw error;
    }
    const [first = ""] = error.message.split("\n");
    const message = `column ${error.column}: ${first.replace(/^Invalid TOML document: /, "")}`;
    return { path, values, faults: [{ source: path, line: error.line, message }] };
  }
  const isTomlUpTo = (line: number): boolean => {
    try {
      parse(text.split("\n").slice(0, line).join("\n"), options);
      return true;
    } catch {
      return false;
    }
  };
  for (const [key, value] of Object.entries(table)) {
    const report = (message: string): void => {
      const line = lineOf(text, key, isTomlUpTo);
      faults.push({ source: path, ...(line !== undefined && { line }), key, message });
    };
    const name = nameOfKey.get(key);
    if (name === undefined) {
      report(unknownKey(key, value));
      continue;
    }
    const { kind } = settingOf(name);
    const outcome = valueOf(kind, value);
    if (outcome.reason === undefined) {
      values.set(name, kind.isPath === true ? placed(outcome.value as string, path) : outcome.value);
    } else {
      report(`${key} is ${repeated(value)}; ${outcome.reason}`);
    }
  }
  return { path, values, faults };
}

function valueOf(
  kind: Kind<unknown>,
  value: unknown,
): { readonly value?: unknown; readonly reason?: string | undefined } {
  const reason = `it must be ${kind.allowed}`;
  if (kind.isList === true) {
    return Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "")
      ? { value }
      : { reason };
  }
  const type = typeof value === "bigint" ? "number" : typeof value;
  if (!kind.fileTypes.some((allowed) => allowed === type)) {
    return { reason };
  }
  try {
    return { value: kind.parse(String(value)) };
  } catch (error) {
    if (error instanceof InvalidArgumentError) {
      return { reason };
    }
    throw error;
  }
}

/** What is relative is so to the file. */
function placed(path: string, file: string): string {
  return path === NONE || isAbsolute(path) || path.includes("-----BEGIN ") ? path : join(dirname(file), path);
}

function unknownKey(key: string, value: unknown): string {
  const typed = key.replaceAll("_", "-").replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  const meant = nearest(typed, [...nameOfKey.keys()]);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return `there is no table ${repeated(key)}: all settings stand at the top, as in tls-cert = "server.pem"`;
  }
  const advice = meant === undefined ? "'nws config init' prints those that there are" : `did you mean ${meant}?`;
  return `there is no setting ${repeated(key)}; ${advice}`;
}

/** Where a key of the top is set, from 1. What stands in texts over several lines is told apart: the lines before the key's own are TOML without it. */
function lineOf(text: string, key: string, isTomlUpTo: (line: number) => boolean): number | undefined {
  const written = new RegExp(`^\\s*(\\[+\\s*)?(["']?)${escaped(key)}\\2\\s*[=.\\]]`);
  const at = text.split("\n").findIndex((line, index) => written.test(line) && isTomlUpTo(index));
  return at < 0 ? undefined : at + 1;
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w\s]/g, "\\$&");
}
