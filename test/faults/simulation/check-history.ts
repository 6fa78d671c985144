import type { History, Operation, Place, SessionRecord, Violation } from "./history.ts";
import { checkOrder } from "./check-order.ts";
import { checkOnce } from "./check-once.ts";
import { checkPresence } from "./check-presence.ts";
import { VariableHistory } from "./variable-history.ts";

/**
 * Whether what the clients saw can be: whether for each variable there is an order of its operations, each somewhere between its call
 * and its answer, in which a variable of that mode gives just these answers. That is linearizability, where a value that was fetched by
 * a session that ended before its confirmation was safe may come back once that session could have ended.
 *
 * A search for such an order would take exponential time. As every value is stored once, it is enough to look for patterns of a few
 * operations that no order allows; each takes quadratic time. The checks are sound: what they report is a violation, whatever the
 * operations did whose outcome nobody knows. They are not complete: where such operations could explain what was seen, they do.
 *
 * - *once*: a value is taken that was never stored, that somebody else has (for good, or until later), or that was deleted.
 * - *order*: a value comes before (lifo: instead of) one that was there all the time and whose turn it was; a value of a
 *   `single` comes that had been replaced; an iterator goes back or leaves one out.
 * - *presence*: nothing comes though at each moment some value was there. As the history ends with taking all there is,
 *   this is also where a lost value is noticed.
 */
export function checkHistory({ operations }: History): Violation[] {
  return [...groups(operations)].flatMap((group) => {
    const variable = new VariableHistory(group);
    return [...checkOnce(variable), ...checkOrder(variable), ...checkPresence(variable)];
  });
}

/** The operations on one variable. */
function groups(operations: readonly Operation[]): Iterable<Operation[]> {
  const found = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { key, session } = operation;
    // (Who was never connected has done nothing.)
    if (key !== undefined && session.run > 0) {
      const name = `${placeOf(key.place, session)}/${key.name}`;
      const group = found.get(name);
      if (group === undefined) {
        found.set(name, [operation]);
      } else {
        group.push(operation);
      }
    }
  }
  return found.values();
}

/** Names the workspace among all that had this name. */
function placeOf(place: Place, { briefRun, number }: SessionRecord): string {
  return { kept: "kept", brief: `brief ${briefRun}`, own: `own ${number}` }[place];
}
