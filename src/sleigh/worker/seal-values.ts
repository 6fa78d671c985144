import { encode } from "../../codec/index.ts";
import type { Packed, TaskFailure } from "../messages.ts";
import { describeThrown } from "./task-error.ts";

/**
 * Packs the results of a chunk and makes a message of them with `seal`. A result that cannot travel becomes a failure of its
 * task, and the others stay.
 */
export function sealValues(
  pack: (value: unknown) => Packed,
  values: unknown[],
  failures: TaskFailure[],
  seal: (values: Packed) => Uint8Array,
): Uint8Array {
  try {
    return seal(pack(values));
  } catch {
    for (let at = 0; at < values.length; at++) {
      try {
        encode(pack(values[at]));
      } catch (error) {
        values[at] = undefined;
        failures.push({ at, reason: "threw", error: describeThrown(error), output: "", elapsedMs: 0 });
      }
    }
    return seal(pack(values));
  }
}
