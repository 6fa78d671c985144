// The cookie of the classic protocol: where an iterator stands, as the client sends it back.

/** Bytes of the variable id, and of the value index, in a cookie. */
export const COOKIE_FIELD_BYTES = 20;

/** No variable has this id: what a client sends that is not an id of this server. */
const NO_VARIABLE = -1;

/** An iterator stands behind the value `index` of the variable with this id. */
export interface ClassicPosition {
  readonly variableId: number;
  readonly index: number;
}

/**
 * The position in the last two arguments of the iterating verbs. `"start"` on the first call (an empty or blank id),
 * `undefined` when the index is not a decimal integer: then the arguments are bad. An id that no server made matches no variable.
 */
export function classicPosition(id: string, index: string): ClassicPosition | "start" | undefined {
  if (!/^ *-?\d{1,20} *$/.test(index)) {
    return undefined;
  }
  const digits = id.trimEnd();
  if (digits === "") {
    return "start";
  }
  const variableId = /^\d{1,16}$/.test(digits) ? Number(digits) : NO_VARIABLE;
  return { variableId, index: Number(index) };
}
