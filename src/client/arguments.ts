import type { DeclareFields } from "../wire/client-frames.ts";
import { DurabilityNumber, MAX_COUNT, WhenFullNumber } from "../wire/verbs.ts";
import { ArgumentError, type Where } from "./errors.ts";
import type { DeclareOptions } from "./limits.ts";
import { Mode } from "./mode.ts";

/** Checks of what a program passes in, before anything is sent. Each throws an ArgumentError that says what is wrong. */

const MAX_NAME_BYTES = 65_535;
const MAX_TIMEOUT_MS = 0xffff_ffff;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
/** A timer of the platform's takes no more. */
const MAX_TIMER_MS = 0x7fff_ffff;

// Tabs, newlines and NULs would break the listings of every client.

const forbiddenInNames = /[\t\n\0]/;

/** A name of a workspace or a variable, or a label. */
export function checkName(kind: "workspace" | "variable", name: unknown, where: Where): asserts name is string {
  const at = { ...where, [kind]: typeof name === "string" ? name : undefined };
  if (typeof name !== "string") {
    throw new ArgumentError(
      "bad_name",
      `${where.operation}: the name of a ${kind} is a string, not ${typeof name}`,
      at,
    );
  }
  if (name === "") {
    throw new ArgumentError("bad_name", `${where.operation}: the name of a ${kind} is empty`, at);
  }
  if (forbiddenInNames.test(name)) {
    const shown = JSON.stringify(name);
    const sentence = `${where.operation}: the name ${shown} of a ${kind} has a tab, newline or NUL in it`;
    throw new ArgumentError("bad_name", sentence, at);
  }
  if (name.length * 3 > MAX_NAME_BYTES && new TextEncoder().encode(name).length > MAX_NAME_BYTES) {
    const sentence = `${where.operation}: the name of a ${kind} is longer than ${MAX_NAME_BYTES} bytes`;
    throw new ArgumentError("name_too_long", sentence, { ...where });
  }
}

export function checkMode(mode: unknown, where: Where): asserts mode is Mode {
  if (typeof mode !== "string" || !Object.hasOwn(Mode, mode)) {
    const sentence = `${where.operation}: ${show(mode)} is no mode; there are ${Object.keys(Mode).join(", ")}`;
    throw new ArgumentError("bad_mode", sentence, where);
  }
}

export function checkDurability(durability: unknown, where: Where): void {
  if (durability === undefined) {
    return;
  }
  if (typeof durability !== "string" || !Object.hasOwn(DurabilityNumber, durability)) {
    const sentence = `${where.operation}: durability is ${show(durability)}, and must be one of ${Object.keys(DurabilityNumber).join(", ")}`;
    throw new ArgumentError("bad_arguments", sentence, where);
  }
}

/** The limits of a declaration as the wire wants them. */
export function checkLimits(options: DeclareOptions, where: Where): DeclareFields {
  const { maxValues, maxBytes, whenFull, ttl } = options;
  if (whenFull !== undefined && !Object.hasOwn(WhenFullNumber, whenFull)) {
    const sentence = `${where.operation}: whenFull is ${show(whenFull)}, and must be one of ${Object.keys(WhenFullNumber).join(", ")}`;
    throw new ArgumentError("bad_arguments", sentence, where);
  }
  return {
    maxValues: maxValues === Infinity ? maxValues : checkMost("maxValues", maxValues, where),
    maxBytes: maxBytes === Infinity ? maxBytes : checkMost("maxBytes", maxBytes, where),
    whenFull,
    ttlMs: checkPeriod("ttl", ttl, where),
  };
}

function checkMost(what: string, limit: unknown, where: Where): number | undefined {
  return limit === undefined ? undefined : checkWhole(what, limit, 1, Number.MAX_SAFE_INTEGER, where);
}

/** A time as the wire wants it: whole milliseconds; Infinity: without an end. `undefined`: nothing is said. */
export function checkPeriod(what: string, ms: unknown, where: Where): number | undefined {
  if (ms === undefined || ms === Infinity) {
    return ms;
  }
  if (typeof ms !== "number" || !(ms > 0) || ms > MAX_COUNT) {
    const advice = `a positive number of milliseconds, at most ${MAX_COUNT} (or Infinity: without an end)`;
    throw new ArgumentError(
      "bad_arguments",
      `${where.operation}: ${what} is ${show(ms)}, and must be ${advice}`,
      where,
    );
  }
  return Math.ceil(ms);
}

/** The timeout as the wire wants it: whole milliseconds; 0 for none. `undefined` and Infinity wait for ever. */
export function checkTimeout(timeout: unknown, where: Where): number {
  if (timeout === undefined || timeout === Infinity) {
    return 0;
  }
  if (typeof timeout !== "number" || !(timeout > 0)) {
    const advice =
      "a positive number of milliseconds (leave it out to wait for ever; fetchTry and findTry do not wait)";
    throw new ArgumentError(
      "bad_arguments",
      `${where.operation}: timeout is ${show(timeout)}, and must be ${advice}`,
      where,
    );
  }
  return Math.min(Math.ceil(timeout), MAX_TIMEOUT_MS);
}

/**
 * How long a lease lasts as the wire wants it: whole milliseconds; 0 for no limit, which is what `true` and Infinity stand for.
 * `what`: how the caller's argument is called.
 */
export function checkLeaseLimit(what: string, limit: unknown, where: Where): number {
  if (limit === true || limit === Infinity) {
    return 0;
  }
  if (typeof limit !== "number" || !(limit > 0) || limit > MAX_TIMEOUT_MS) {
    const advice = `a positive number of milliseconds, at most ${MAX_TIMEOUT_MS} (or Infinity: without a time limit)`;
    throw new ArgumentError(
      "bad_arguments",
      `${where.operation}: ${what} is ${show(limit)}, and must be ${advice}`,
      where,
    );
  }
  return Math.ceil(limit);
}

/** A whole number from `least` to `most`. */
export function checkWhole(what: string, value: unknown, least: number, most: number, where: Where): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    const sentence = `${where.operation}: ${what} is ${show(value)}, and must be a whole number from ${least} to ${most}`;
    throw new ArgumentError("bad_arguments", sentence, where);
  }
  return value;
}

/** How long connecting may take, in milliseconds; 10 s unless it is given. */
export function checkConnectTimeout(timeout: number | undefined, where: Where): number {
  return checkWhole("connectTimeout", timeout ?? DEFAULT_CONNECT_TIMEOUT_MS, 1, MAX_TIMER_MS, where);
}

export function checkPort(what: string, port: unknown, where: Where): number {
  return checkWhole(what, port, 1, 65_535, where);
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
