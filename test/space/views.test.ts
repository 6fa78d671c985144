import { describe, expect, test } from "vitest";
import { modes, type VariableView, type WorkspaceView } from "../../src/space/index.ts";
import { World } from "./support.ts";

function workspace(world: World): WorkspaceView {
  return world.space.workspaces.get("w")!;
}

function variable(world: World, name = "x"): VariableView {
  return workspace(world).variables.get(name)!;
}

function textOf(view: VariableView, index: number): string | undefined {
  const value = view.look(index);
  return value && Buffer.from(value.bytes.subarray(value.start, value.end)).toString();
}

describe.each(modes.filter((mode) => mode !== "single"))("who looks at a %s variable", (mode) => {
  test("sees the free values by index, a page at a time, and not the booked ones", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    ann.declare("x", mode);
    for (let i = 0; i < 10; i++) {
      ann.store("x", `v${i}`);
    }
    const view = variable(world);
    expect(view.freeAfter(-1, 4)).toEqual([0, 1, 2, 3]);
    expect(view.freeAfter(3, 100)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(textOf(view, 4)).toBe("v4");
    const taken = ann.fetch("x").values[0]!;
    expect(view.look(taken.position.index)).toBeUndefined();
    expect(view.freeAfter(-1, 100)).toHaveLength(9);
    expect(view.freeAfter(-1, 100)).not.toContain(taken.position.index);
    expect(view.look(10)).toBeUndefined();
  });
});

test("of a single variable the one value is seen", () => {
  const world = new World();
  const { ann } = world.clients("ann");
  ann.declare("x", "single");
  ann.store("x", "one");
  ann.store("x", "two");
  expect(variable(world).freeAfter(-1, 10)).toEqual([1]);
  expect(textOf(variable(world), 1)).toBe("two");
  expect(variable(world).freeAfter(1, 10)).toEqual([]);
});

test("a variable of unknown mode has no values", () => {
  const world = new World();
  const { ann } = world.clients("ann");
  ann.fetch("x");
  expect(variable(world).freeAfter(-1, 10)).toEqual([]);
  expect(variable(world).look(0)).toBeUndefined();
});

test("counts say what was stored and fetched, is there, booked and waited for", () => {
  const world = new World();
  const { ann, bob } = world.clients("ann", "bob");
  ann.store("x", "1");
  ann.store("x", "2");
  ann.store("y", "3");
  bob.fetch("x");
  bob.fetch("z");
  bob.find("z");
  const { valueCount, bookedCount, waitingCount, storedCount, fetchedCount } = workspace(world);
  expect({ valueCount, bookedCount, waitingCount, storedCount, fetchedCount }).toEqual({
    valueCount: 3,
    bookedCount: 1,
    waitingCount: 2,
    storedCount: 3,
    fetchedCount: 1,
  });
  expect(variable(world)).toMatchObject({ storedCount: 2, fetchedCount: 1, freeCount: 1, bookedCount: 1 });
  ann.deleteVar("x");
  expect(workspace(world)).toMatchObject({ valueCount: 1, bookedCount: 0, storedCount: 3 });
});

test("those who wait are seen in their order, with the time since when", () => {
  let now = 5;
  const world = new World({ now: () => now });
  const { ann, bob } = world.clients("ann", "bob");
  ann.fetch("x");
  now = 7;
  bob.fetch("x");
  bob.find("x");
  const { fetchers, finders } = variable(world);
  expect([...fetchers].map(({ session, since }) => [session.peer, since])).toEqual([
    ["ann", 5],
    ["bob", 7],
  ]);
  expect(finders.first).toMatchObject({ since: 7, how: { take: false } });
  expect([...ann.session.waits.values()]).toHaveLength(1);
});
