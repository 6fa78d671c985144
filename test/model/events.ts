import type { FailureCode } from "../../src/space/index.ts";

/** What the model says where positions mean nothing (lifo, multi). */
export const ANY_INDEX = -1;

/** A value as a receiver was given it. */
export interface ValueEvent {
  readonly kind: "value";
  readonly session: number;
  readonly request: number;
  readonly descriptor: number;
  readonly variableId: number;
  readonly index: number;
  readonly booking: number;
  readonly lease: number;
  readonly more: boolean;
  /** How often the value was taken, this time included; 0 when it is only seen. */
  readonly deliveries: number;
}

/** Any other answer. */
export type AnswerEvent =
  | { readonly kind: "done" | "none"; readonly session: number; readonly request: number }
  | { readonly kind: "failed"; readonly session: number; readonly request: number; readonly code: FailureCode }
  | { readonly kind: "text"; readonly session: number; readonly request: number; readonly text: string };

/** A file that was handed to `dropFile`. */
export interface DropEvent {
  readonly kind: "dropped";
  readonly descriptor: number;
}

/** What comes out of machine or model during one call, in order. */
export type Event = ValueEvent | AnswerEvent | DropEvent;

/**
 * Compares what came out of machine and model during one call. Order counts among the values of one variable; between
 * variables, and between refusals and drops, no spec gives one. `ids` learns which of the machine's variable ids is
 * which of the model's: they need not be the same, but never two for one. Returns what differs, or `undefined`.
 */
export function difference(machine: readonly Event[], model: readonly Event[], ids: VariableIds): string | undefined {
  if (machine.length === 1 && model.length === 1 && isSameAnswer(machine[0]!, model[0]!)) {
    return undefined; // nearly always, so it had better be quick
  }
  const machineValues = machine.filter((event) => event.kind === "value");
  const modelValues = model.filter((event) => event.kind === "value");
  const translated: ValueEvent[] = [];
  for (const value of machineValues) {
    const same = modelValues.find((other) => other.descriptor === value.descriptor && other.request === value.request);
    if (same !== undefined && !ids.learn(value.variableId, same.variableId)) {
      return `variable id ${value.variableId} stands for two variables, or one variable has two ids`;
    }
    const index = same?.index === ANY_INDEX ? ANY_INDEX : value.index;
    translated.push({ ...value, variableId: ids.inModel(value.variableId), index });
  }
  return compareTexts(textsOf(translated), textsOf(modelValues)) ?? compareTexts(othersOf(machine), othersOf(model));
}

function isSameAnswer(a: Event, b: Event): boolean {
  if (a.kind === "text" && b.kind === "text") {
    return a.text === b.text && a.request === b.request && a.session === b.session;
  }
  return a.kind === "done" && b.kind === "done" && a.request === b.request && a.session === b.session;
}

/** Which variable id of the machine is which of the model. */
export class VariableIds {
  readonly #toModel = new Map<number, number>();
  readonly #toMachine = new Map<number, number>();

  /** Returns whether this agrees with what was learnt before. */
  learn(machine: number, model: number): boolean {
    const known = this.#toModel.get(machine) ?? model;
    const knownBack = this.#toMachine.get(model) ?? machine;
    this.#toModel.set(machine, model);
    this.#toMachine.set(model, machine);
    return known === model && knownBack === machine;
  }

  /** 0, no variable's id, for an unknown one. */
  inModel(machine: number): number {
    return this.#toModel.get(machine) ?? 0;
  }
}

/** One text for each variable: its values in order. */
function textsOf(values: readonly ValueEvent[]): string[] {
  const byVariable = new Map<number, string[]>();
  for (const value of values) {
    const texts = byVariable.get(value.variableId) ?? [];
    const booked =
      value.booking > 0 ? ` as booking ${value.booking}` : value.lease > 0 ? ` on lease ${value.lease}` : "";
    const more = value.more ? ", more follow" : "";
    texts.push(
      `session ${value.session} gets ${value.descriptor} (index ${value.index}, delivery ${value.deliveries})${booked} for request ${value.request}${more}`,
    );
    byVariable.set(value.variableId, texts);
  }
  return [...byVariable].map(([id, texts]) => `variable ${id}: ${texts.join("; ")}`).sort();
}

function othersOf(events: readonly Event[]): string[] {
  return events
    .filter(({ kind }) => kind !== "value")
    .map((event) => JSON.stringify(event))
    .sort();
}

function compareTexts(machine: readonly string[], model: readonly string[]): string | undefined {
  const [first, second] = [machine.join("\n"), model.join("\n")];
  return first === second ? undefined : `machine:\n${first}\nmodel:\n${second}`;
}
