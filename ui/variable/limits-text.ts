import type { VariableInfo } from "../../src/web/api.ts";
import { bytes, count, counted } from "../format/numbers.ts";

const meanings = { block: "stores wait", reject: "stores fail", dropOldest: "the oldest go" } as const;

/** `at most 100 values and 2 MiB, else stores wait; for 60 s`. */
export function limitsText({ maxValues, maxBytes, whenFull, ttlMs }: NonNullable<VariableInfo["limits"]>): string {
  const most = [
    ...(maxValues === undefined ? [] : [counted(maxValues, "value")]),
    ...(maxBytes === undefined ? [] : [bytes(maxBytes)]),
  ];
  const parts = [
    ...(most.length === 0 ? [] : [`at most ${most.join(" and ")}, else ${meanings[whenFull ?? "block"]}`]),
    ...(ttlMs === undefined
      ? []
      : [`each for ${ttlMs % 1000 === 0 ? `${count(ttlMs / 1000)} s` : `${count(ttlMs)} ms`}`]),
  ];
  return parts.length === 0 ? "none" : parts.join("; ");
}
