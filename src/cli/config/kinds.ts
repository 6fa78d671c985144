import { InvalidArgumentError } from "commander";
import { parseBytes, parseCount, parsePort, parseSeconds } from "../parse.ts";

/** What a setting may be, and how it is written: on the command line and in the environment as text, in a file as TOML. */
export interface Kind<T> {
  /** What stands for the value in the help: `--port <number>`. Undefined: the option alone turns it on. */
  readonly placeholder: string | undefined;
  /** What a file may have. */
  readonly fileTypes: readonly ("string" | "number" | "boolean")[];
  /** What it must be, in words: "a number from 0 to 65535". */
  readonly allowed: string;
  /** Of text. Throws commander's `InvalidArgumentError`. */
  parse(text: string): T;
  /** There may be several, in a file as a list. */
  readonly isList?: true;
  /** It is a file or folder: in a configuration file, relative to that. */
  readonly isPath?: true;
  /** All there is to choose from. */
  readonly choices?: readonly string[];
  /** As it is written in a file. */
  toml(value: T): string;
}

/** A word that is a value of its own: `none`. */
export const NONE = "none";

const quoted = (text: string): string => JSON.stringify(text);

export function text(placeholder: string, allowed = "a text"): Kind<string> {
  return { placeholder, fileTypes: ["string"], allowed, parse: notEmpty(allowed), toml: quoted };
}

export function list(placeholder: string): Kind<readonly string[]> {
  const allowed = "a list of texts";
  return {
    placeholder: `${placeholder}...`,
    fileTypes: ["string"],
    allowed,
    isList: true,
    // (Of the environment; the command line and files have words that are apart already.)
    parse: (words) => words.split(/[\s,]+/).filter((word) => word !== ""),
    toml: (words) => `[${words.map(quoted).join(", ")}]`,
  };
}

export function path(placeholder: string): Kind<string> {
  return { ...text(placeholder, "a path"), isPath: true };
}

/** A path, or the word `none`. */
export function pathOrNone(placeholder: string): Kind<string> {
  return { ...text(placeholder, 'a path, or "none"'), isPath: true };
}

export function choice<const T extends string>(placeholder: string, choices: readonly T[]): Kind<T> {
  const allowed = `one of ${choices.map(quoted).join(", ")}`;
  const parse = (text: string): T => {
    const found = choices.find((one) => one === text);
    if (found === undefined) {
      throw new InvalidArgumentError(`it must be ${allowed}.`);
    }
    return found;
  };
  return { placeholder, fileTypes: ["string"], allowed, choices, parse, toml: quoted };
}

/** On or off. On the command line the option turns it on. */
export const flag: Kind<boolean> = {
  placeholder: undefined,
  fileTypes: ["boolean"],
  allowed: "true or false",
  parse: (text) => {
    if (/^(?:1|true|yes|on)$/i.test(text)) {
      return true;
    }
    if (/^(?:0|false|no|off)$/i.test(text)) {
      return false;
    }
    throw new InvalidArgumentError("it must be true or false.");
  },
  toml: String,
};

export const port: Kind<number> = {
  placeholder: "number",
  fileTypes: ["number"],
  allowed: "a number from 0 to 65535",
  parse: parsePort,
  toml: String,
};

/** False: none. */
export const portOrNone: Kind<number | false> = {
  placeholder: "number",
  fileTypes: ["number", "string"],
  allowed: 'a number from 0 to 65535, or "none"',
  parse: (text) => (text === NONE ? false : parsePort(text)),
  toml: (value) => (value === false ? quoted(NONE) : String(value)),
};

export const size: Kind<number> = {
  placeholder: "size",
  fileTypes: ["number", "string"],
  allowed: "a number of bytes, as 1000000, 64K, 16M or 2G",
  parse: parseBytes,
  toml: (bytes) => {
    const units = ["", "K", "M", "G", "T"];
    let [value, unit] = [bytes, 0];
    while (value >= 1024 && value % 1024 === 0 && unit < units.length - 1) {
      [value, unit] = [value / 1024, unit + 1];
    }
    return unit === 0 ? String(value) : quoted(`${value}${units[unit]!}`);
  },
};

export const count: Kind<number> = {
  placeholder: "count",
  fileTypes: ["number"],
  allowed: "a whole number from 1",
  parse: parseCount,
  toml: String,
};

/** Seconds on the command line and in files; milliseconds inside. */
export const seconds: Kind<number> = {
  placeholder: "seconds",
  fileTypes: ["number"],
  allowed: "a number of seconds from 0",
  parse: (text) => (text === "0" ? 0 : parseSeconds(text)),
  toml: (ms) => String(ms / 1000),
};

export const milliseconds: Kind<number> = { ...count, placeholder: "ms", allowed: "a whole number of ms from 1" };

/** As well 0. */
export function orZero(kind: Kind<number>): Kind<number> {
  return { ...kind, allowed: kind.allowed.replace(/1$/, "0"), parse: (text) => (text === "0" ? 0 : kind.parse(text)) };
}

/** Or the word `none`: no limit. */
export function orNone(kind: Kind<number>): Kind<number> {
  return {
    ...kind,
    fileTypes: ["number", "string"],
    allowed: `${kind.allowed}, or "none"`,
    parse: (text) => (text === NONE ? Infinity : kind.parse(text)),
    toml: (value) => (value === Infinity ? quoted(NONE) : kind.toml(value)),
  };
}

function notEmpty(allowed: string): (text: string) => string {
  return (text) => {
    if (text === "" || text.includes("\0")) {
      throw new InvalidArgumentError(`it must be ${allowed}.`);
    }
    return text;
  };
}
