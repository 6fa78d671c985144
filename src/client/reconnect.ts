import { checkWhole } from "./arguments.ts";

const MAX_TIMER_MS = 0x7fff_ffff;

/** What a client does when its connection breaks. */
export interface ReconnectOptions {
  /**
   * The session outlives its connection for so many milliseconds, if the server grants that: until then the client tries to come back, and
   * everything waits. Then it is lost. Default 10 000.
   */
  readonly graceMs?: number | undefined;
  /**
   * The first attempt is made at once. After one that failed the next comes within so many milliseconds, at random, and twice as
   * many after each further one. Default 50.
   */
  readonly backoffMs?: number | undefined;
  /** But never more than this. Default 1000. */
  readonly maxBackoffMs?: number | undefined;
}

/** The options with everything that has a default. */
export interface ReconnectPolicy {
  readonly graceMs: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/** Undefined: no reconnecting, the session ends with its connection. ArgumentError for numbers that can never work. */
export function reconnectPolicy(options: ReconnectOptions | false = {}): ReconnectPolicy | undefined {
  if (options === false) {
    return undefined;
  }
  const whole = (name: string, value: number, least: number): number =>
    checkWhole(`reconnect.${name}`, value, least, MAX_TIMER_MS, { operation: "connect" });
  const policy = {
    graceMs: whole("graceMs", options.graceMs ?? 10_000, 0),
    backoffMs: whole("backoffMs", options.backoffMs ?? 50, 1),
    maxBackoffMs: whole("maxBackoffMs", options.maxBackoffMs ?? 1000, 1),
  };
  return policy.graceMs === 0 ? undefined : policy;
}
