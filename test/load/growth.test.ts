import { describe, expect, it } from "vitest";
import { growthOf, type Point } from "../../bench/load/growth.ts";

/** 60 points, one every 30 s. */
function points(value: (i: number) => number): Point[] {
  return Array.from({ length: 60 }, (_, i) => ({ seconds: 30 * i, value: value(i) }));
}

/** The same every time, and without a trend. */
const wobble = (i: number): number => ((i * 7919) % 11) - 5;

describe("growth over the second half of a run", () => {
  it("is not seen in what goes up and down", () => {
    expect(
      growthOf(
        points((i) => 100 + wobble(i)),
        1,
      ).isGrowing,
    ).toBe(false);
  });

  it("is not seen in what has grown in the first half and then stays", () => {
    expect(
      growthOf(
        points((i) => Math.min(i, 25) * 10 + wobble(i)),
        1,
      ).isGrowing,
    ).toBe(false);
  });

  it("is seen in what grows by more than its noise", () => {
    const { growth, isGrowing } = growthOf(
      points((i) => 100 + i + wobble(i)),
      1,
    );
    expect(isGrowing).toBe(true);
    expect(growth).toBeCloseTo(29, -1);
  });

  it("is seen whatever a few wild points say", () => {
    expect(
      growthOf(
        points((i) => (i % 10 === 5 ? 5000 : 100 + i)),
        1,
      ).isGrowing,
    ).toBe(true);
    expect(
      growthOf(
        points((i) => (i > 57 ? 5000 : 100)),
        1,
      ).isGrowing,
    ).toBe(false);
  });

  it("is nothing up to the tolerance, nor with one point", () => {
    expect(
      growthOf(
        points((i) => 100 + i / 100),
        1,
      ).isGrowing,
    ).toBe(false);
    expect(growthOf([{ seconds: 1, value: 1 }], 1)).toMatchObject({ growth: 0, isGrowing: false });
  });
});
