import type { ServerInfo } from "../../client/index.ts";
import { CheckStatus, nameOf } from "./status.ts";
import { type MemoryThreshold, statusOf, type Threshold } from "./thresholds.ts";

export interface Thresholds {
  readonly maxLatencyMs?: Threshold;
  readonly maxWaiting?: Threshold;
  readonly maxMemory?: MemoryThreshold;
}

/** What the check has come to. */
export interface CheckReport {
  readonly status: CheckStatus;
  /** What is wrong, in sentences; of a good server there is none. */
  readonly problems: readonly string[];
  readonly measured?: Measured;
}

/** What was measured, and the limits that hold for it: for monitoring to draw. */
export interface Measured {
  readonly latencyMs: number;
  readonly info: ServerInfo;
  readonly latency: Threshold | undefined;
  readonly waiting: Threshold | undefined;
  readonly memory: Threshold | undefined;
}

export function judge(latencyMs: number, info: ServerInfo, thresholds: Thresholds): CheckReport {
  const latency = thresholds.maxLatencyMs;
  const waiting = thresholds.maxWaiting;
  const memory = thresholds.maxMemory?.of(info.limits["maxMemoryBytes"] ?? null);
  const problems: string[] = [];
  let status: CheckStatus = CheckStatus.ok;
  const look = (value: number, threshold: Threshold | undefined, say: (limit: number) => string): void => {
    const found = statusOf(value, threshold);
    if (threshold !== undefined && found !== CheckStatus.ok) {
      problems.push(say(found === CheckStatus.critical ? threshold.critical! : threshold.warning));
      status = found > status ? found : status;
    }
  };
  look(latencyMs, latency, (limit) => `a round trip took ${ms(latencyMs)}, more than ${limit} ms`);
  look(info.waiting, waiting, (limit) => `${info.waiting} operations wait, more than ${limit}`);
  look(info.memoryBytes, memory, (limit) => `values take ${mib(info.memoryBytes)}, more than ${mib(limit)}`);
  return { status, problems, measured: { latencyMs, info, latency, waiting, memory } };
}

/** One line: what monitoring shows, and behind the bar what it draws. */
export function asLine({ status, problems, measured }: CheckReport): string {
  const head = `NWS ${nameOf(status).toUpperCase()} - `;
  if (measured === undefined) {
    return head + problems.join("; ").replaceAll("|", "/");
  }
  const { latencyMs, info } = measured;
  const facts = `round trip ${ms(latencyMs)}, ${info.waiting} waiting, ${mib(info.memoryBytes)}, ${info.connections} connections`;
  return `${head}${[...problems, facts].join("; ")} | ${performanceData(measured)}`;
}

export function asJson({ status, problems, measured }: CheckReport): string {
  return JSON.stringify({
    status: nameOf(status),
    exitCode: status,
    problems,
    ...(measured !== undefined && {
      latencyMs: Number(measured.latencyMs.toFixed(3)),
      waiting: measured.info.waiting,
      memoryBytes: measured.info.memoryBytes,
      connections: measured.info.connections,
      uptimeMs: measured.info.uptimeMs,
      version: measured.info.version,
    }),
  });
}

/** `name=value;warning;critical;least;most`, as the guidelines for plugins have it. */
function performanceData({ latencyMs, info, latency, waiting, memory }: Measured): string {
  const { limits } = info;
  const seconds = (limitMs: number): number => limitMs / 1000;
  return [
    `latency=${(latencyMs / 1000).toFixed(6)}s;${limitsOf(latency, seconds)};0;`,
    `waiting=${info.waiting};${limitsOf(waiting)};0;${limits["maxWaiting"] ?? ""}`,
    `memory=${info.memoryBytes}B;${limitsOf(memory, Math.round)};0;${limits["maxMemoryBytes"] ?? ""}`,
    `connections=${info.connections};;;0;${limits["maxConnections"] ?? ""}`,
  ].join(" ");
}

function limitsOf(threshold: Threshold | undefined, scale = (limit: number): number => limit): string {
  const { warning, critical } = threshold ?? {};
  return [warning, critical].map((limit) => (limit === undefined ? "" : String(scale(limit)))).join(";");
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
