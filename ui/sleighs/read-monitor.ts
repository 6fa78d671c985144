import type { SleighMonitor } from "../../src/sleigh/monitor.ts";
import { type Received, contentOf } from "../viewers/content.ts";

/*
 * The variable `monitor` can be stored by anybody: what is in it is looked at before it is believed.
 */

const isNumber = (value: unknown): boolean => typeof value === "number";
const isText = (value: unknown): boolean => typeof value === "string";
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const numbersOf =
  (Kind: typeof Uint32Array | typeof Float64Array): Check =>
  (value) =>
    value instanceof Kind;

type Check = (value: unknown) => boolean;

const workerChecks: Record<string, Check> = {
  rank: isNumber,
  host: isText,
  pid: isNumber,
  runtime: isText,
  state: isText,
  reason: maybe(isText),
  joinedAt: isNumber,
  endedAt: maybe(isNumber),
  done: isNumber,
  failed: isNumber,
  busyMs: isNumber,
  recentBusyShare: isNumber,
  busyShare: isNumber,
};

const jobChecks: Record<string, Check> = {
  number: isNumber,
  name: isText,
  state: isText,
  total: maybe(isNumber),
  submitted: isNumber,
  running: isNumber,
  done: isNumber,
  failed: isNumber,
  rate: isNumber,
  leftMs: maybe(isNumber),
  startedAt: isNumber,
  endedAt: maybe(isNumber),
};

const timelineChecks: Record<string, Check> = {
  job: numbersOf(Uint32Array),
  first: numbersOf(Float64Array),
  count: numbersOf(Uint32Array),
  rank: numbersOf(Uint32Array),
  began: numbersOf(Float64Array),
  ended: numbersOf(Float64Array),
  failed: numbersOf(Uint32Array),
  earlier: isNumber,
};

const monitorChecks: Record<string, Check> = {
  version: (value) => value === 1,
  sleigh: isText,
  startedAt: isNumber,
  updatedAt: isNumber,
  workerCount: isNumber,
  jobCount: isNumber,
  workers: listOf(workerChecks),
  jobs: listOf(jobChecks),
  timeline: (value) => passes(value, timelineChecks),
  output: listOf({ at: isNumber, rank: isNumber, stream: isText, text: isText }),
  errors: listOf({ at: isNumber, job: isNumber, task: isNumber, rank: isNumber, message: isText }),
};

/** The monitor in a value; undefined when it is none, or of another version. */
export function readMonitor(received: Received): SleighMonitor | undefined {
  const content = contentOf(received);
  return content.kind === "value" && passes(content.value, monitorChecks)
    ? (content.value as SleighMonitor)
    : undefined;
}

function listOf(checks: Record<string, Check>): Check {
  return (value) => Array.isArray(value) && value.every((item) => passes(item, checks));
}

function passes(value: unknown, checks: Record<string, Check>): boolean {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  return Object.entries(checks).every(([field, check]) => check(Reflect.get(value, field)));
}
