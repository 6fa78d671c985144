import type { Logger } from "./logger.ts";
import { printable } from "./printable.ts";
import { TokenBucket } from "./token-bucket.ts";

/** So many lines a second; of others the next line says how many there were. */
const LINES_PER_SECOND = 10;

/** A name may be a thousand bytes long: the log has its beginning. */
const MOST_NAME_BYTES = 128;

/** An operation that took long to handle. */
export interface SlowOperation {
  readonly verb: string;
  readonly workspace: string | undefined;
  readonly variable: string | undefined;
  /** Of the request, and of what was said to it at once. */
  readonly bytes: number;
  /** How long it kept the server busy, or the disk: without the time for which it waited for a value or for room. */
  readonly ms: number;
  /** The session's id, and its client's address. */
  readonly session: string;
  readonly peer: string;
}

/** Tells the log of operations whose handling took long. */
export class SlowOperations {
  readonly thresholdMs: number;
  readonly #logger: Logger;
  readonly #bucket: TokenBucket;
  #count = 0;
  #untold = 0;

  /** `now`: in milliseconds. */
  constructor(thresholdMs: number, logger: Logger, now: () => number) {
    this.thresholdMs = thresholdMs;
    this.#logger = logger;
    this.#bucket = new TokenBucket(LINES_PER_SECOND, now);
  }

  /** So far. */
  get count(): number {
    return this.#count;
  }

  /** To be called only with what took as long as `thresholdMs` or longer. */
  note({ workspace, variable, ms, ...rest }: SlowOperation): void {
    this.#count++;
    this.#log(
      {
        ...rest,
        ...(workspace !== undefined && { workspace: shown(workspace) }),
        ...(variable !== undefined && { variable: shown(variable) }),
        ms: rounded(ms),
      },
      "slow operation",
    );
  }

  /** The disk took so long for a write of the log, for which answers waited. `bytes` 0: only to make durable what it had. */
  noteWrite(ms: number, bytes: number): void {
    if (ms >= this.thresholdMs) {
      this.#log({ bytes, ms: rounded(ms) }, "slow write of the log");
    }
  }

  #log(details: object, message: string): void {
    if (this.#bucket.tryTake(1)) {
      const untold = this.#untold;
      this.#untold = 0;
      this.#logger.warn({ ...details, ...(untold > 0 && { untold }) }, message);
    } else {
      this.#untold++;
    }
  }
}

function shown(name: string): string {
  const text = printable(Buffer.from(name.slice(0, MOST_NAME_BYTES), "latin1").toString("utf8"));
  return name.length > MOST_NAME_BYTES ? `${text}…` : text;
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
