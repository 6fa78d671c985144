import type { FieldCursor } from "../wire/field-cursor.ts";
import { plainVerb, Verb } from "../wire/verbs.ts";
import type { NamedNumbers } from "./named-numbers.ts";

/** Verbs whose fields begin with a workspace's handle. */
const OF_WORKSPACES = new Set<number>([Verb.open, Verb.leave, Verb.deleteWs, Verb.listVars]);

/** Verbs whose fields begin with a variable's number. */
const OF_VARIABLES = new Set<number>([
  Verb.declare,
  Verb.deleteVar,
  Verb.guard,
  Verb.store,
  Verb.storeSeveral,
  Verb.fetch,
  Verb.fetchTry,
  Verb.find,
  Verb.findTry,
  Verb.ifetch,
  Verb.ifetchTry,
  Verb.ifind,
  Verb.ifindTry,
]);

/** What a request that was handled is about, for whoever is told of it. `fields` stands at its first field. */
export function namesIn(
  fields: FieldCursor,
  verb: number,
  numbers: NamedNumbers,
): { readonly workspace?: string; readonly name?: string } {
  const plain = plainVerb(verb);
  if (fields.end - fields.at < 4) {
    return {};
  }
  if (OF_WORKSPACES.has(plain)) {
    const slot = numbers.handle(fields.u32());
    return slot.refusal === undefined ? slot : {};
  }
  if (plain === Verb.complete && fields.end - fields.at >= 12) {
    fields.u64();
  } else if (!OF_VARIABLES.has(plain)) {
    return {};
  }
  const slot = numbers.variable(fields.u32());
  return slot.refusal === undefined ? slot : {};
}
