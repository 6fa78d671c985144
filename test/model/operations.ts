import fc from "fast-check";
import { durabilities, type Durability, type LimitOptions, type Mode, whenFullChoices } from "../../src/space/index.ts";
import { HUGE_VALUE_BYTES } from "./watched-space.ts";

/** Sessions live in slots: when one ends, another begins in its place. */
export const SLOT_COUNT = 4;

interface Where {
  readonly ws: string;
  readonly variable: string;
}

interface How {
  readonly ttlMs: number | undefined;
  readonly wait: boolean;
}

interface Size {
  readonly length: number;
  readonly isFile: boolean;
}

/**
 * Which of the things that a session holds (or waits for): 0 is the last. Beyond them are numbers that were held once, or
 * never. If the session of the slot holds nothing, that of another slot is meant.
 */
type Pick = number;

/** A random operation. What it means depends on what happened before ("the last lease"), so that it shrinks well. */
export type Operation = { readonly slot: number } & (
  | { readonly do: "rejoin"; readonly uses: boolean; readonly leaseOver: number | undefined }
  | {
      readonly do: "open";
      readonly ws: string;
      readonly own: boolean;
      readonly persistent: boolean;
      readonly durability: Durability | undefined;
      readonly idleTimeoutMs: number | undefined;
      readonly create: boolean;
    }
  | { readonly do: "passTime"; readonly ms: number }
  | { readonly do: "expireDue" }
  | { readonly do: "leave" | "deleteWs"; readonly ws: string }
  | { readonly do: "listWss"; readonly only: string | undefined }
  | { readonly do: "mktemp"; readonly template: string | undefined }
  | ({ readonly do: "declare"; readonly mode: Mode | "stack"; readonly limits: LimitOptions | undefined } & Where)
  | ({ readonly do: "deleteVar" | "guard" } & Where)
  | ({ readonly do: "store"; readonly size: Size; readonly how: How | undefined } & Where)
  | ({ readonly do: "storeSeveral"; readonly lengths: readonly number[]; readonly how: How | undefined } & Where)
  | ({
      readonly do: "read";
      readonly take: boolean;
      readonly wait: boolean;
      readonly iterate: boolean;
      readonly lease: boolean;
      readonly most: number;
      /** For a step of an iterator: how many positions back the one is that it goes on from, if any. */
      readonly from: number | undefined;
    } & Where)
  | { readonly do: "cancel"; readonly pick: Pick; readonly code: "cancelled" | "timed_out" }
  | { readonly do: "confirm"; readonly pick: Pick }
  | { readonly do: "expire"; readonly pick: Pick }
  | { readonly do: "ack" | "extend"; readonly pick: Pick }
  | { readonly do: "release"; readonly kind: "booking" | "lease"; readonly pick: Pick }
  | ({ readonly do: "complete"; readonly pick: Pick; readonly size: Size; readonly how: How | undefined } & Where)
);

/** How the machine is set up for one sequence, and how the first variable begins. */
export interface Setup {
  readonly seed: number;
  readonly maxWaiting: number | undefined;
  readonly maxMemoryBytes: number | undefined;
  readonly mode: Mode | undefined;
  readonly limits: LimitOptions | undefined;
}

/** What a sequence may contain. */
export interface Scope {
  readonly modes: readonly Mode[];
  /** Whether values may go otherwise than by being fetched: deletions, owners that end, values and workspaces whose time is over, `dropOldest`. */
  readonly deletions: boolean;
}

export const everything: Scope = { modes: ["fifo", "lifo", "multi", "single"], deletions: true };

export function setups(scope: Scope): fc.Arbitrary<Setup> {
  return fc.record({
    seed: fc.nat(1000),
    maxWaiting: rarely(fc.integer({ min: 1, max: 5 })),
    maxMemoryBytes: rarely(fc.integer({ min: 1600, max: 4500 })),
    mode: fc.constantFrom(undefined, ...scope.modes),
    limits: fc.oneof(fc.constant(undefined), limits(scope)),
  });
}

export function operations(scope: Scope): fc.Arbitrary<Operation[]> {
  return fc.array(operation(scope), { minLength: 1, maxLength: 60, size: "max" });
}

/** Some sessions do more than others, so that they come to hold things. */
const slot = among([5, 0], [4, 1], [2, 2], [1, 3]);
const pick = often(0, fc.nat(5), 4);
const workspace = among([60, "a"], [4, "b"], [2, "__default"], [1, "made"], [1, "c"]);
const variable = among([60, "x"], [12, "y"], [3, "z"], [1, "tab\tbed"]);
const where = { ws: workspace, variable };
const size = fc.oneof(
  { weight: 40, arbitrary: fc.record({ length: fc.nat(20), isFile: fc.constant(false) }) },
  { weight: 2, arbitrary: fc.record({ length: fc.integer({ min: 1000, max: 1500 }), isFile: fc.constant(false) }) },
  { weight: 2, arbitrary: fc.constant({ length: HUGE_VALUE_BYTES, isFile: false }) },
  { weight: 8, arbitrary: fc.record({ length: fc.nat(20), isFile: fc.constant(true) }) },
);

/** Few values, short times: so that much of it happens. */
function limits({ deletions }: Scope): fc.Arbitrary<LimitOptions> {
  const choices = deletions ? whenFullChoices : whenFullChoices.filter((each) => each !== "dropOldest");
  return fc.record(
    {
      maxValues: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.constant(Infinity)),
      maxBytes: often(Infinity, fc.integer({ min: 5, max: 60 }), 2),
      whenFull: often("block" as const, fc.constantFrom(...choices), 1),
      ttlMs: deletions ? often(Infinity, fc.integer({ min: 1, max: 30 }), 1) : fc.constant(Infinity),
    },
    { requiredKeys: [] },
  );
}

function operation({ modes, deletions }: Scope): fc.Arbitrary<Operation> {
  const code = fc.constantFrom("cancelled" as const, "timed_out" as const);
  const mode = fc.constantFrom(...modes, "stack" as const);
  const limited = fc.oneof(fc.constant(undefined), limits({ modes, deletions }));
  const ttlMs = deletions ? fc.oneof(fc.constantFrom(undefined, Infinity), fc.nat(30)) : fc.constant(undefined);
  const how = often(undefined, fc.record({ ttlMs: ttlMs.map(positive), wait: often(true, fc.constant(false), 3) }), 4);
  const read = {
    take: often(true, fc.boolean(), 1),
    wait: often(true, fc.boolean(), 2),
    iterate: fc.boolean(),
    lease: fc.boolean(),
    most: often(1, fc.integer({ min: 2, max: 5 }), 2),
    from: often(0, fc.constantFrom(undefined, 1, 2, 3), 1),
    ...where,
  };
  const kinds: [number, fc.Arbitrary<Operation>][] = [
    [26, make("store", { size, how, ...where })],
    [
      5,
      make("storeSeveral", {
        lengths: fc.array(
          size.map(({ length }) => length),
          { minLength: 1, maxLength: 4 },
        ),
        how,
        ...where,
      }),
    ],
    [44, make("read", read)],
    [5, make("cancel", { pick, code })],
    [5, make("confirm", { pick })],
    [4, make("ack", { pick })],
    [4, make("expire", { pick })],
    [1, make("extend", { pick })],
    [8, make("release", { kind: fc.constantFrom("booking" as const, "lease" as const), pick })],
    [4, make("complete", { pick, size, how, ...where })],
    [4, make("declare", { mode, limits: limited, ...where })],
    [4, make("rejoin", { uses: often(true, fc.boolean(), 6), leaseOver: rarely(fc.nat(12)) })],
    [
      5,
      make("open", {
        ws: workspace,
        own: deletions ? fc.boolean() : fc.constant(false),
        persistent: fc.boolean(),
        durability: fc.constantFrom(undefined, ...durabilities),
        idleTimeoutMs: deletions ? rarely(fc.constantFrom(5, 20, Infinity)) : fc.constant(undefined),
        create: often(true, fc.boolean(), 2),
      }),
    ],
    [1, make("leave", { ws: workspace })],
    [1, make("listWss", { only: fc.option(workspace, { nil: undefined }) })],
    [1, make("mktemp", { template: fc.constantFrom(undefined, "tmp%d", "", "%d%d") })],
  ];
  if (deletions) {
    kinds.push(
      [4, make("passTime", { ms: fc.nat(15) })],
      [3, fc.record({ slot, do: fc.constant("expireDue" as const) })],
    );
    kinds.push([1, make("guard", where)], [2, make("deleteVar", where)], [1, make("deleteWs", { ws: workspace })]);
  }
  return fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

function make<Name extends Operation["do"], Fields extends object>(
  name: Name,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
): fc.Arbitrary<{ slot: number; do: Name } & Fields> {
  return fc.record({ slot, do: fc.constant(name), ...fields }) as fc.Arbitrary<{ slot: number; do: Name } & Fields>;
}

function among<T>(...weighted: readonly (readonly [number, T])[]): fc.Arbitrary<T> {
  return fc.oneof(...weighted.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}

/** `usual` in `weight` of `weight + 1` cases. */
function often<T, U>(usual: T, other: fc.Arbitrary<U>, weight: number): fc.Arbitrary<T | U> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
}

function positive(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms + 1;
}

function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return often(undefined, arbitrary, 9);
}
