import type { Budget } from "../budget.ts";
import type { ForeignArray, ForeignValue } from "../foreign-value.ts";
import type { Bare } from "./show.ts";

/** A sequence of more elements is not written out. */
const MOST_WRITTEN_OUT = 100_000;

/** What R keeps in a form of its own: a sequence by its ends, numbers whose text nobody has asked for, a vector with notes on it. */
export function compactObject(about: ForeignValue, state: ForeignValue, budget: Budget): Bare {
  const [cls] = typeof about === "object" && about?.kind === "list" ? about.items : [];
  const name = typeof cls === "object" && cls?.kind === "name" ? cls.name : "";
  const [inner] = typeof state === "object" && state?.kind === "list" ? state.items : [];
  const bare =
    name === "compact_intseq" || name === "compact_realseq"
      ? sequence(name === "compact_intseq" ? "integer" : "double", state, budget)
      : name === "deferred_string"
        ? deferredString(inner, budget)
        : name.startsWith("wrap_") && isWhole(inner)
          ? inner
          : undefined;
  return bare ?? { kind: "opaque", type: name === "" ? "altrep" : name, text: "" };
}

/** The state is: how many, the first, the step. */
function sequence(of: "integer" | "double", state: ForeignValue, budget: Budget): Bare | undefined {
  const [count, first, step] = isNumbers(state) ? Array.from(state.data.slice(0, 3), Number) : [];
  if (count === undefined || first === undefined || step === undefined || !(count >= 0) || !Number.isInteger(count)) {
    return undefined;
  }
  if (count > MOST_WRITTEN_OUT) {
    return { kind: "scalar", type: of, text: `${first}:${first + (count - 1) * step}` };
  }
  budget.bytes(count * 8);
  const at = (_: unknown, place: number): number => first + place * step;
  const data = of === "integer" ? Int32Array.from({ length: count }, at) : Float64Array.from({ length: count }, at);
  return { of, data, missing: new Uint32Array() };
}

function deferredString(numbers: ForeignValue | undefined, budget: Budget): Bare | undefined {
  if (numbers === undefined || !isNumbers(numbers)) {
    return undefined;
  }
  budget.nodes(numbers.data.length);
  const missing = numbers.missing ?? new Uint32Array();
  const data: (string | null)[] = Array.from(numbers.data, String);
  for (const at of missing) {
    data[at] = null;
  }
  return { of: "character", data, missing };
}

function isNumbers(value: ForeignValue): value is ForeignArray {
  return (
    typeof value === "object" &&
    value?.kind === "array" &&
    (value.data instanceof Float64Array || value.data instanceof Int32Array)
  );
}

function isWhole(value: ForeignValue | undefined): value is Extract<Bare, { readonly kind: string }> {
  return typeof value === "object" && value !== null;
}
