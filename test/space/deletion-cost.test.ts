import { afterEach, expect, test, vi } from "vitest";
import { IndexSet } from "../../src/space/index-set.ts";
import type { Session } from "../../src/space/index.ts";
import { Slab } from "../../src/space/slab.ts";
import { ValueTable } from "../../src/space/value-table.ts";
import { WORKSPACE_OVERHEAD_BYTES } from "../../src/space/workspace.ts";
import { World } from "./support.ts";

const COUNT = 1_000_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts the calls of everything that could visit one value. */
function watchVisits(): () => number {
  const spies = [
    ...(["has", "read", "remove", "lengthOf"] as const).map((name) => vi.spyOn(ValueTable.prototype, name)),
    ...(["has", "read", "remove", "lengthOf", "files"] as const).map((name) => vi.spyOn(Slab.prototype, name)),
    ...(["has", "takeMin", "takeMax", "after"] as const).map((name) => vi.spyOn(IndexSet.prototype, name)),
  ];
  return () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
}

/** A session that owns workspace "w" with a million values in "x", and does not look at its answers. */
function filledWorld(): { readonly world: World; readonly owner: Session } {
  const world = new World();
  const ignore = (): void => undefined;
  const receiver = { done: ignore, none: ignore, failed: ignore, text: ignore, value: ignore };
  const owner = world.space.join(receiver, "owner");
  world.space.open(owner, 1, "w", { own: true, persistent: false, create: true, label: "" });
  const value = { descriptor: 0, bytes: new Uint8Array(8), start: 0, end: 8 };
  const values = Array.from({ length: 1000 }, () => value);
  for (let i = 0; i < COUNT / values.length; i++) {
    world.space.storeSeveral(owner, 2, "w", "x", values);
  }
  const { ann } = world.clients("ann");
  expect(ann.listVars().text).toBe(`x\t${COUNT}\t0\t0\tfifo`);
  return { world, owner };
}

test("deleting a variable of a million values visits none of them", () => {
  const { world, owner } = filledWorld();
  const visits = watchVisits();
  world.space.deleteVar(owner, 3, "w", "x");
  expect(visits()).toBe(0);
  expect(world.space.stats).toMatchObject({ memoryBytes: WORKSPACE_OVERHEAD_BYTES, variables: 0 });
});

test("deleting a workspace of a million values, with its owner, visits none of them", () => {
  const { world, owner } = filledWorld();
  const visits = watchVisits();
  world.space.end(owner);
  expect(visits()).toBe(0);
  expect(world.space.stats).toMatchObject({ memoryBytes: 0, workspaces: 1 });
});

test("the watch over visits sees them", () => {
  const { world, owner } = filledWorld();
  const visits = watchVisits();
  const how = { take: true, wait: false, iterate: false, lease: false, most: 1, after: undefined };
  world.space.read(owner, 3, "w", "x", how);
  expect(visits()).toBeGreaterThan(0);
});
