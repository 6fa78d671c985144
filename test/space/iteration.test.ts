import { describe, expect, test } from "vitest";
import { textsOf, World } from "./support.ts";

describe("ifind", () => {
  test("goes from value to value and waits at the end for the next", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2");
    const first = bob.ifind("x").values[0]!;
    const second = bob.ifind("x", first).values[0]!;
    expect([first.text, second.text]).toEqual(["1", "2"]);
    expect(bob.ifind("x", second, { wait: false }).outcome).toBe("none");
    const third = bob.ifind("x", second);
    expect(third.outcome).toBe("waiting");
    ann.store("x", "3");
    expect(textsOf(third)).toEqual(["3"]);
  });

  test("goes on over values that were fetched in between", () => {
    const { ann } = new World().clients("ann");
    ann.store("x", "1", "2", "3");
    const first = ann.ifind("x").values[0]!;
    ann.fetch("x", { most: 2 });
    expect(textsOf(ann.ifind("x", first))).toEqual(["3"]);
  });

  test("takes several steps in one request", () => {
    const { ann } = new World().clients("ann");
    ann.store("x", "1", "2", "3", "4");
    const two = ann.ifind("x", undefined, { most: 2 });
    expect(textsOf(two)).toEqual(["1", "2"]);
    expect(textsOf(ann.ifind("x", two.values[1], { most: 9 }))).toEqual(["3", "4"]);
  });

  test("never steps back to a value that is given back", () => {
    const { ann, bob, cy } = new World().clients("ann", "bob", "cy");
    ann.store("x", "1", "2");
    bob.fetch("x");
    const second = ann.ifind("x").values[0]!;
    expect(second.text).toBe("2");
    const waiting = ann.ifind("x", second);
    const fresh = cy.fetch("x", { most: 9 });
    const other = cy.ifind("x");
    bob.end();
    expect(waiting.outcome).toBe("waiting");
    expect(textsOf(fresh)).toEqual(["2"]);
    expect(textsOf(other)).toEqual(["1"]);
  });

  test("sees each new value of a single variable once", () => {
    const { ann } = new World().clients("ann");
    ann.declare("x", "single");
    ann.store("x", "1");
    const first = ann.ifind("x").values[0]!;
    expect(ann.ifind("x", first, { wait: false }).outcome).toBe("none");
    ann.store("x", "2", "3");
    expect(textsOf(ann.ifind("x", first, { most: 5 }))).toEqual(["3"]);
  });
});

describe("ifetch", () => {
  test("takes value by value from the front", () => {
    const { ann } = new World().clients("ann");
    ann.store("x", "1", "2");
    const first = ann.ifetch("x").values[0]!;
    expect(textsOf(ann.ifetch("x", first))).toEqual(["2"]);
  });

  test("ends when a value at or before its position is at the front", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2", "3");
    bob.fetch("x");
    const second = ann.ifetch("x").values[0]!;
    bob.end();
    expect(ann.ifetch("x", second)).toMatchObject({
      outcome: "iterator_ended",
      text: "an earlier value came back to 'x': ifetch goes on only from the front",
    });
    expect(textsOf(ann.fetch("x"))).toEqual(["1"]);
  });

  test("ends when the value that it took last was given back", () => {
    const { ann } = new World().clients("ann");
    ann.store("x", "1", "2");
    const first = ann.ifetch("x").values[0]!;
    ann.release("booking", first.booking);
    expect(ann.ifetch("x", first).outcome).toBe("iterator_ended");
  });

  test("that waits ends when such a value comes back, and the next fetcher gets it", () => {
    const { ann, bob, cy } = new World().clients("ann", "bob", "cy");
    ann.store("x", "1", "2");
    bob.fetch("x");
    const second = ann.ifetch("x").values[0]!;
    const waiting = ann.ifetch("x", second);
    const next = cy.fetch("x");
    bob.end();
    expect(waiting.outcome).toBe("iterator_ended");
    expect(textsOf(next)).toEqual(["1"]);
  });
});

describe("an iterator", () => {
  test.each(["lifo", "multi"])("over a %s variable is a plain read at first and then refused", (mode) => {
    const { ann } = new World().clients("ann");
    ann.declare("x", mode);
    ann.store("x", "1", "2");
    const found = ann.ifind("x", undefined, { most: 2 }).values;
    expect(found).toHaveLength(1);
    expect(ann.ifind("x", found[0]).outcome).toBe("not_iterable");
    const fetched = ann.ifetch("x").values[0];
    expect(ann.ifetch("x", fetched)).toMatchObject({
      outcome: "not_iterable",
      text: `variable 'x' is ${mode}: it has no iteration`,
    });
  });

  test("ends with its variable, also when there is another one of that name", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1");
    const old = ann.ifind("x").values[0]!;
    const waiting = ann.ifind("x", old);
    bob.deleteVar("x");
    expect(waiting.outcome).toBe("variable_deleted");
    bob.store("x", "2", "3");
    expect(ann.ifind("x", old).outcome).toBe("iterator_ended");
    expect(ann.ifetch("x", old, { wait: false }).outcome).toBe("iterator_ended");
    expect(ann.ifind("x").values[0]!.position.variableId).not.toBe(old.position.variableId);
  });
});
