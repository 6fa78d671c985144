import { describe, expect, it } from "vitest";
import { plotData, seriesOf, summaryOf } from "../../ui/viewers/number-series.ts";

describe("numbers in a row", () => {
  it("are typed arrays, and arrays of nothing but numbers", () => {
    expect(seriesOf(new Int8Array([1, -1]))).toMatchObject({ kind: "Int8Array", length: 2 });
    expect(seriesOf([1, 2])).toMatchObject({ kind: "Array", length: 2 });
    for (const other of [[1], [1, "2"], [], "12", new DataView(new ArrayBuffer(8)), { 0: 1 }]) {
      expect(seriesOf(other)).toBeUndefined();
    }
  });

  it("keep every digit in the table", () => {
    expect(seriesOf(new Float32Array([0.1, 1 / 3, 16_777_216, 1e-30, -0]))).toMatchObject({ kind: "Float32Array" });
    const single = seriesOf(new Float32Array([0.1, 1 / 3, 16_777_216, 1e-30, -0, NaN]))!;
    expect(Array.from({ length: 6 }, (_, i) => single.textAt(i))).toEqual([
      "0.1",
      "0.33333334",
      "16777216",
      "1e-30",
      "-0",
      "NaN",
    ]);
    expect(seriesOf(new BigInt64Array([9_007_199_254_740_993n]))!.textAt(0)).toBe("9007199254740993");
    expect(seriesOf(new Float64Array([-0]))!.textAt(0)).toBe("-0");
  });
});

describe("a plot of many numbers", () => {
  it("loses no peak", () => {
    const array = new Float64Array(1_000_000);
    array[654_321] = 100;
    array[123_456] = -100;
    const { x, y } = plotData(seriesOf(array)!, 4000);
    expect(x.length).toBeLessThanOrEqual(4002);
    expect(y[x.indexOf(654_321)]).toBe(100);
    expect(y[x.indexOf(123_456)]).toBe(-100);
    expect(x).toEqual([...x].sort((a, b) => a - b));
  });

  it("shows all of a few, and leaves out what is not finite", () => {
    expect(plotData(seriesOf([1, Number.NaN, 3, Number.POSITIVE_INFINITY])!, 100)).toEqual({ x: [0, 2], y: [1, 3] });
  });
});

describe("a summary", () => {
  it("is of the finite ones", () => {
    expect(summaryOf(seriesOf([1, 2, 6, Number.NaN])!)).toEqual({ least: 1, greatest: 6, mean: 3 });
    expect(summaryOf(seriesOf(new Float32Array(0))!)).toBeUndefined();
  });
});
