import { expectTypeOf, test } from "vitest";
import type { Lease, NetWorkSpace, Variable, VariableIterator } from "../../src/client/index.ts";

// Checked by the compiler (npm run types); nothing of it runs.

interface Table {
  readonly jobs: { readonly id: number };
  readonly results: number;
  readonly log: string | null;
}

declare const typed: NetWorkSpace<Table>;
declare const loose: NetWorkSpace;
declare const lease: Lease<{ readonly id: number }, Table>;
declare const nothingRuns: boolean;

test("a typed workspace knows the types of its variables", () => {
  expectTypeOf<ReturnType<typeof typed.close>>().toEqualTypeOf<Promise<void>>();
  if (!(globalThis as { nothingRuns?: boolean }).nothingRuns) {
    return;
  }
  expectTypeOf(nothingRuns).toBeBoolean();
  expectTypeOf(typed.fetch("jobs")).resolves.toEqualTypeOf<{ readonly id: number }>();
  expectTypeOf(typed.find("results", { timeout: 1 })).resolves.toBeNumber();
  expectTypeOf(typed.fetchTry("results")).resolves.toEqualTypeOf<number | undefined>();
  expectTypeOf(typed.findTry("results", "none" as const)).resolves.toEqualTypeOf<number | "none">();
  expectTypeOf(typed.fetchMany("log")).resolves.toEqualTypeOf<(string | null)[]>();
  expectTypeOf(typed.fetch("jobs", { lease: true })).resolves.toEqualTypeOf<Lease<{ readonly id: number }, Table>>();
  expectTypeOf(typed.fetch("jobs", { lease: 30_000 })).resolves.toEqualTypeOf<Lease<{ readonly id: number }, Table>>();
  expectTypeOf(typed.variable("results").fetch({ lease: 30_000 })).resolves.toEqualTypeOf<Lease<number>>();
  expectTypeOf(typed.ifind("results")).toEqualTypeOf<VariableIterator<number>>();
  expectTypeOf(typed.variable("results")).toEqualTypeOf<Variable<number>>();
  void typed.store("results", 1);
  void typed.storeAll("jobs", [{ id: 1 }]);
  // @ts-expect-error -- a value of another type
  void typed.store("results", "one");
  // @ts-expect-error -- a list of another type
  void typed.storeAll("jobs", [1]);
  // @ts-expect-error -- no such variable
  void typed.store("result", 1);
  // @ts-expect-error -- no such variable
  void typed.fetch("result");
  // @ts-expect-error -- no such variable
  typed.variable("result");
  // @ts-expect-error -- no such variable
  void typed.declare("result", "fifo");
  // @ts-expect-error -- no such mode
  void typed.declare("results", "stack");
});

test("a lease completes into variables of its workspace, with their types", () => {
  if (!(globalThis as { nothingRuns?: boolean }).nothingRuns) {
    return;
  }
  void lease.complete("results", 1);
  // @ts-expect-error -- a value of another type
  void lease.complete("results", "one");
});

test("without a map a workspace takes anything, gives unknown, and what the caller says it gives", () => {
  if (!(globalThis as { nothingRuns?: boolean }).nothingRuns) {
    return;
  }
  void loose.store("anything", [1, "two"]);
  expectTypeOf(loose.fetch("x")).resolves.toBeUnknown();
  // @ts-expect-error -- nobody has said that it is a number
  const guessed: Promise<number> = loose.fetch("x");
  void guessed;
  expectTypeOf(loose.fetch<number>("x")).resolves.toBeNumber();
  expectTypeOf(loose.find<string>("x", { timeout: 5 })).resolves.toBeString();
  expectTypeOf(loose.fetchTry<number>("x")).resolves.toEqualTypeOf<number | undefined>();
  expectTypeOf(loose.fetchTry<number>("x", 0)).resolves.toBeNumber();
  expectTypeOf(loose.fetchTry("x", 0)).resolves.toBeUnknown();
  expectTypeOf(loose.fetch<string>("x", { lease: true })).resolves.toEqualTypeOf<Lease<string>>();
  expectTypeOf(loose.ifind<string>("x")).toEqualTypeOf<VariableIterator<string>>();
  expectTypeOf(loose.variable<string>("x")).toEqualTypeOf<Variable<string>>();
  expectTypeOf(loose.variable("x")).toEqualTypeOf<Variable<unknown>>();
  const x = loose.variable<number>("x", "fifo");
  expectTypeOf(x).toEqualTypeOf<Variable<number>>();
  expectTypeOf(x.fetch()).resolves.toBeNumber();
  // @ts-expect-error -- a value of another type
  void x.store("one");
});
