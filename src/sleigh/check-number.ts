import { SleighArgumentError } from "./errors.ts";

/** Throws a SleighArgumentError unless `value` is a number from `least` on (Infinity too, unless it must be whole). */
export function checkNumber(name: string, value: unknown, least: number, isWhole: boolean): void {
  if (typeof value !== "number" || !(value >= least) || (isWhole && !Number.isInteger(value))) {
    throw new SleighArgumentError(
      `${name} is ${String(value)}, and must be a ${isWhole ? "whole " : ""}number from ${least} on`,
    );
  }
}
