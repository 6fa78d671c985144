import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SLAB_SLOTS } from "../../src/space/slab.ts";
import { type Client, World } from "./support.ts";

/** The texts of all values, a list for each variable of the snapshot. */
function contents(reader: Client, variableCount: number): string[][] {
  return Array.from({ length: variableCount }, (_, number) => reader.readSnapshot(number).map(({ text }) => text));
}

describe("a snapshot", () => {
  test("lists workspaces and variables in byte order, with what they are", () => {
    const world = new World();
    const ann = world.client("ann");
    const bob = world.client("bob");
    ann.open("w", { persistent: true });
    ann.declare("b", "lifo");
    ann.guard("b");
    ann.store("a", "1", "2");
    ann.findTry("c");
    bob.open("other", { own: false });
    expect(bob.takeSnapshot().text).toBe(
      "workspace\t__default\tTrue\t\n" +
        "workspace\tother\tFalse\t\n" +
        "workspace\tw\tTrue\t\n" +
        "variable\ta\tfifo\tFalse\t2\n" +
        "variable\tb\tlifo\tTrue\t0\n" +
        "variable\tc\tunknown\tFalse\t0\n",
    );
    expect(bob.takeSnapshot("other").text).toBe("workspace\tother\tFalse\t\n");
    expect(bob.takeSnapshot("other", "nowhere").outcome).toBe("no_such_workspace");
  });

  test("has booked and leased values in their places, and of a single variable the newest value alone", () => {
    const { ann, bob, cy } = new World().clients("ann", "bob", "cy");
    ann.declare("lifo", "lifo");
    ann.declare("single", "single");
    ann.declare("taken", "single");
    ann.store("fifo", "1", "2", "3");
    ann.store("lifo", "1", "2", "3");
    ann.store("single", "1");
    ann.store("taken", "1");
    bob.fetch("fifo", { most: 2, lease: true });
    bob.fetch("lifo");
    bob.fetch("single");
    bob.fetch("taken");
    ann.store("single", "2");
    expect(cy.takeSnapshot("w").text).toContain("single\tsingle\tFalse\t1\nvariable\ttaken\tsingle\tFalse\t1\n");
    expect(contents(cy, 4)).toEqual([["1", "2", "3"], ["1", "2", "3"], ["2"], ["1"]]);
    bob.confirm(3);
    ann.store("taken", "2");
    bob.confirm(4);
    bob.fetch("single");
    bob.confirm(5);
    expect(cy.takeSnapshot("w").text).toContain("single\tsingle\tFalse\t0\n");
    expect(contents(cy, 4)[2]).toEqual([]);
  });

  test("stays as it was, whatever becomes of its variables", () => {
    const change = fc.record({
      what: fc.constantFrom("store", "store", "fetch", "fetch", "release", "delete", "many"),
      variable: fc.constantFrom("fifo", "lifo", "multi", "single"),
    });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 30 }),
        fc.array(change, { minLength: 1, maxLength: 30 }),
        (before, after) => {
          const { ann, bob } = new World().clients("ann", "bob");
          let count = 0;
          const play = ({ what, variable }: typeof change extends fc.Arbitrary<infer T> ? T : never): void => {
            const next = (): string => String(++count).padStart(4, "0");
            if (what === "store") {
              ann.declare(variable, variable);
              ann.store(variable, next());
            } else if (what === "many") {
              ann.declare(variable, variable);
              ann.storeSeveral(variable, Array.from({ length: SLAB_SLOTS + 100 }, next));
            } else if (what === "fetch") {
              const { values } = ann.fetchTry(variable, { most: count % 3 === 0 ? SLAB_SLOTS : 2 });
              ann.confirm((values.at(-1)?.booking ?? 1) - (count % 2));
            } else if (what === "release") {
              ann.leave();
              ann.open("w");
            } else {
              ann.deleteVar(variable);
            }
          };
          before.forEach(play);
          const variableCount = bob.takeSnapshot("w").text.split("\n").length - 2;
          const seen = contents(bob, variableCount);
          after.forEach((each) => {
            play(each);
            // A part of it is read while it changes.
            contents(bob, Math.min(1, variableCount));
          });
          expect(contents(bob, variableCount)).toEqual(seen);
          ann.deleteWs();
          expect(contents(bob, variableCount)).toEqual(seen);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("keeps files of values that are gone until it ends", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    const file = { length: 1_000_000 };
    const later = { length: 2_000_000 };
    ann.storeFile("x", file);
    bob.takeSnapshot();
    ann.storeFile("x", later);
    ann.fetch("x", { most: 2 });
    ann.confirm(2);
    expect(world.dropped).toEqual([later]);
    expect(bob.readSnapshot(0).map((value) => value.file)).toEqual([file]);
    bob.end();
    expect(world.dropped).toEqual([later, file]);
  });

  test("is one at a time, and ends with its session or with the next one of the same session", () => {
    const { ann, bob, cy } = new World().clients("ann", "bob", "cy");
    ann.store("x", "1");
    bob.takeSnapshot();
    expect(cy.takeSnapshot()).toMatchObject({ outcome: "too_many_waiting" });
    expect(() => cy.readSnapshot(0)).toThrow("no such variable");
    ann.store("x", "2");
    bob.takeSnapshot();
    expect(contents(bob, 1)).toEqual([["1", "2"]]);
    expect(() => bob.readSnapshot(1)).toThrow("no such variable");
    bob.end();
    cy.takeSnapshot();
    ann.fetch("x");
    ann.confirm(1);
    expect(contents(cy, 1)).toEqual([["1", "2"]]);
  });
});
