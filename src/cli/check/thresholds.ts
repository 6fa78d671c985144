import { InvalidArgumentError } from "commander";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { parseBytes } from "../parse.ts";
import { CheckStatus } from "./status.ts";

/** Above the first it is a warning, above the second critical. */
export interface Threshold {
  readonly warning: number;
  readonly critical: number | undefined;
}

/** Bytes, or a part of the server's limit. */
export interface MemoryThreshold {
  /** Throws an Error for a part of no limit. */
  readonly of: (limitBytes: number | null) => Threshold;
}

/** `50`, or `50,200`. */
export function parseThreshold(text: string): Threshold {
  return thresholdOf(text, (part) => {
    if (!/^\d+(?:\.\d+)?$/.test(part)) {
      throw new InvalidArgumentError("it must be a number, or two (as 50,200): for a warning, and for critical.");
    }
    return Number(part);
  });
}

/** `8G`, `80%`, or two of them: `80%,95%`. */
export function parseMemoryThreshold(text: string): MemoryThreshold {
  const isPart = (part: string): boolean => /^\d+(?:\.\d+)?%$/.test(part);
  const parts = text.split(",");
  if (!parts.some(isPart)) {
    const threshold = thresholdOf(text, parseBytes);
    return { of: () => threshold };
  }
  if (!parts.every(isPart)) {
    throw new InvalidArgumentError("it must be sizes (8G) or parts of the limit (80%), not one of each.");
  }
  const threshold = thresholdOf(text, (part) => Number(part.slice(0, -1)) / 100);
  return {
    of: (limitBytes) => {
      if (limitBytes === null) {
        throw new CommandFailure(
          ExitCode.usage,
          "the server has no limit on memory of which --max-memory could be a part: say bytes",
        );
      }
      const { warning, critical } = threshold;
      return {
        warning: warning * limitBytes,
        critical: critical === undefined ? undefined : critical * limitBytes,
      };
    },
  };
}

export function statusOf(value: number, threshold: Threshold | undefined): CheckStatus {
  if (threshold === undefined) {
    return CheckStatus.ok;
  }
  const { warning, critical = Infinity } = threshold;
  return value > critical ? CheckStatus.critical : value > warning ? CheckStatus.warning : CheckStatus.ok;
}

function thresholdOf(text: string, parse: (part: string) => number): Threshold {
  const [warning, critical, ...more] = text.split(",").map(parse);
  if (warning === undefined || more.length > 0 || (critical ?? Infinity) < warning) {
    throw new InvalidArgumentError("it must be one limit, or two of which the second is not the lower one.");
  }
  return { warning, critical };
}
