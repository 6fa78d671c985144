import { describe, expect, test } from "vitest";
import { drain, textsOf, World } from "./support.ts";

describe("fifo", () => {
  test("gives values in the order in which they came, and is the mode of what is stored undeclared", () => {
    const { ann } = new World().clients("ann");
    ann.store("x", "1", "2", "3");
    expect(textsOf(ann.find("x"))).toEqual(["1"]);
    expect(drain(ann, "x")).toEqual(["1", "2", "3"]);
    expect(ann.declare("x", "fifo").outcome).toBe("done");
  });

  test("numbers its values over its lifetime", () => {
    const { ann } = new World().clients("ann");
    ann.store("x", "1", "2");
    ann.fetch("x");
    ann.confirm(1);
    ann.store("x", "3");
    expect(ann.fetch("x", { most: 2 }).values.map(({ position }) => position.index)).toEqual([1, 2]);
  });
});

describe("lifo", () => {
  test("gives the last value first", () => {
    const { ann } = new World().clients("ann");
    ann.declare("x", "lifo");
    ann.store("x", "1", "2");
    expect(textsOf(ann.find("x"))).toEqual(["2"]);
    expect(textsOf(ann.fetch("x"))).toEqual(["2"]);
    ann.store("x", "3");
    expect(drain(ann, "x")).toEqual(["3", "1"]);
  });

  test("keeps its order when a booked value below newer ones comes back", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "lifo");
    ann.store("x", "1", "2");
    const held = bob.fetch("x").values[0]!;
    ann.store("x", "3");
    bob.release("booking", held.booking);
    expect(drain(ann, "x")).toEqual(["3", "2", "1"]);
  });
});

describe("multi", () => {
  test("gives every value once, in an order that the seed decides", () => {
    const stored = Array.from({ length: 50 }, (_, i) => String(i));
    const orders = [1, 1, 2].map((seed) => {
      const { ann } = new World({ seed }).clients("ann");
      ann.declare("x", "multi");
      ann.store("x", ...stored);
      return drain(ann, "x");
    });
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[2]);
    expect(orders[0]).not.toEqual(stored);
    expect([...orders[2]!].sort()).toEqual([...stored].sort());
  });

  test("gives each of its values a fair chance to be first", () => {
    const firsts = new Map<string, number>();
    for (let seed = 0; seed < 900; seed++) {
      const { ann } = new World({ seed }).clients("ann");
      ann.declare("x", "multi");
      ann.store("x", "1", "2", "3");
      const [first] = textsOf(ann.find("x"));
      firsts.set(first!, (firsts.get(first!) ?? 0) + 1);
    }
    expect([...firsts.keys()].sort()).toEqual(["1", "2", "3"]);
    expect(Math.min(...firsts.values())).toBeGreaterThan(200);
  });

  test("two variables of one space draw differently", () => {
    const { ann } = new World().clients("ann");
    const stored = Array.from({ length: 50 }, (_, i) => String(i));
    const orders = ["x", "y"].map((name) => {
      ann.declare(name, "multi");
      ann.store(name, ...stored);
      return drain(ann, name);
    });
    expect(orders[0]).not.toEqual(orders[1]);
  });
});

describe("single", () => {
  test("holds one value, which a store replaces", () => {
    const { ann } = new World().clients("ann");
    ann.declare("x", "single");
    ann.store("x", "1", "2");
    expect(drain(ann, "x")).toEqual(["2"]);
  });

  test("counts each replacement and each removal", () => {
    const { ann } = new World().clients("ann");
    ann.declare("x", "single");
    ann.store("x", "1", "2");
    expect(ann.find("x").values[0]!.position.index).toBe(1);
    ann.fetch("x");
    ann.store("x", "3");
    expect(ann.find("x").values[0]!.position.index).toBe(2);
  });

  test("drops a booked value that comes back after a newer one was stored, even if that is gone", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "single");
    ann.store("x", "1");
    bob.fetch("x");
    ann.store("x", "2");
    ann.fetch("x");
    ann.confirm(1);
    bob.end();
    expect(ann.listVars("w", true).text).toBe("x\t0\t0\t0\tsingle\t0\t0");
  });

  test("takes a booked value back when it is the newest", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "single");
    ann.store("x", "1");
    bob.fetch("x");
    bob.end();
    expect(drain(ann, "x")).toEqual(["1"]);
  });
});

describe("the mode", () => {
  test("is fixed by the first declare; the same one again is fine, another is a conflict", () => {
    const { ann } = new World().clients("ann");
    expect(ann.declare("x", "lifo").outcome).toBe("done");
    expect(ann.declare("x", "lifo").outcome).toBe("done");
    expect(ann.declare("x", "fifo")).toMatchObject({
      outcome: "mode_conflict",
      text: "variable 'x' is lifo already and cannot become fifo",
    });
  });

  test("is unknown while a variable has only been read", () => {
    const { ann } = new World().clients("ann");
    ann.fetchTry("x");
    expect(ann.listVars().text).toBe("x\t0\t0\t0\tunknown");
    expect(ann.declare("x", "single").outcome).toBe("done");
  });

  test("is one of four", () => {
    const { ann } = new World().clients("ann");
    expect(ann.declare("x", "FIFO").outcome).toBe("bad_mode");
    expect(ann.declare("x", "").outcome).toBe("bad_mode");
    expect(ann.listVars().text).toBe("");
  });
});
