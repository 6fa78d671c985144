import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IndexSet } from "../../src/space/index-set.ts";

function setOf(indices: readonly number[]): IndexSet {
  const set = new IndexSet();
  for (const index of indices) {
    set.add(index);
  }
  return set;
}

type Step =
  | { readonly do: "add"; readonly index: number }
  | { readonly do: "addAll"; readonly indices: readonly number[] }
  | { readonly do: "takeMin" | "takeMax"; readonly count: number };

const index = fc.nat(300);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), index }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("addAll" as const),
      indices: fc.uniqueArray(index, { maxLength: 60, size: "max" }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("takeMin" as const, "takeMax" as const),
      count: fc.integer({ min: 1, max: 20 }),
    }),
  },
);

describe("a set of indices", () => {
  test("is, after any steps, what a sorted array is", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const set = new IndexSet();
        let naive: number[] = [];
        for (const each of steps) {
          naive = play(set, naive, each);
          expect([...set]).toEqual(naive);
          expect([set.size, set.min(), set.max()]).toEqual([naive.length, naive[0] ?? -1, naive.at(-1) ?? -1]);
          const probes = [-1, 0, 7, 150, 299, 300];
          expect(probes.map((probe) => set.has(probe))).toEqual(probes.map((probe) => naive.includes(probe)));
          const after = probes.map((probe) => naive.find((other) => other > probe) ?? -1);
          expect(probes.map((probe) => set.after(probe))).toEqual(after);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("stays right when a long queue is taken from the front while its front comes back now and then", () => {
    const set = setOf(Array.from({ length: 2000 }, (_, i) => i * 2));
    const taken: number[] = [];
    for (let i = 0; i < 1500; i++) {
      taken.push(set.takeMin());
    }
    set.add(taken[1499]!);
    set.add(taken[700]!);
    set.addAll(taken.slice(0, 600));
    expect(set.size).toBe(500 + 602);
    expect(set.takeMin()).toBe(0);
    expect(set.after(taken[599]!)).toBe(taken[700]);
    expect(set.after(taken[700]!)).toBe(taken[1499]);
  });

  test("holds numbers beyond 32 bits", () => {
    const big = 2 ** 40;
    const set = setOf([big, big + 1, big + 5]);
    expect([...set]).toEqual([big, big + 1, big + 5]);
    expect(set.after(big + 1)).toBe(big + 5);
  });
});

function play(set: IndexSet, naive: readonly number[], each: Step): number[] {
  const merged = (indices: readonly number[]): number[] => [...naive, ...indices].sort((a, b) => a - b);
  switch (each.do) {
    case "add":
      if (naive.includes(each.index)) {
        return [...naive];
      }
      set.add(each.index);
      return merged([each.index]);
    case "addAll": {
      const fresh = each.indices.filter((index) => !naive.includes(index)).sort((a, b) => a - b);
      set.addAll(fresh);
      return merged(fresh);
    }
    default: {
      const left = [...naive];
      for (let i = 0; i < each.count && left.length > 0; i++) {
        expect(each.do === "takeMin" ? set.takeMin() : set.takeMax()).toBe(
          each.do === "takeMin" ? left.shift() : left.pop(),
        );
      }
      return left;
    }
  }
}
