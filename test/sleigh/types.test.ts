import { expectTypeOf, test } from "vitest";
import { range, type Sleigh, type SleighPending, type SleighTaskError } from "../../src/sleigh/index.ts";

/*
 * What the compiler knows of a call. Nothing runs here: `tsc` does the checking.
 */

declare const s: Sleigh;
declare const points: number[][];
declare const join: (n: number, text: string) => boolean;
declare const lengths: (text: string, scale: number) => Promise<number>;

test("lists are checked against the function, and results follow from it", () => {
  const check = (): void => {
    expectTypeOf(
      s.eachElem(join, [
        [1, 2],
        ["a", "b"],
      ]),
    ).toExtend<SleighPending<boolean[], boolean>>();
    expectTypeOf(s.eachElem(join, [[1, 2]], ["a"])).toExtend<SleighPending<boolean[], boolean>>();
    expectTypeOf(s.eachElem(join, [1, 2], ["a"])).toExtend<SleighPending<boolean[], boolean>>();
    expectTypeOf(s.eachElem(lengths, ["a", "b"], [2])).toExtend<SleighPending<number[], number>>();
    expectTypeOf(s.eachElem((x: number) => x ** 3, range(0, 9))).toExtend<SleighPending<number[], number>>();
    expectTypeOf(s.eachElem((x, y) => `${y}${x.toFixed()}`, [[1], ["a"]])).toExtend<SleighPending<string[], string>>();
    const norm = (point: number[]): number => Math.hypot(...point);
    expectTypeOf(s.eachElem(norm, [points])).toExtend<SleighPending<number[], number>>();
    expectTypeOf(s.eachElem(norm, new Set(points))).toExtend<SleighPending<number[], number>>();
    expectTypeOf(s.eachElem((letter: string) => letter.length, "abc")).toExtend<SleighPending<number[], number>>();
    expectTypeOf(s.eachElem(lengths, "abc", [2])).toExtend<SleighPending<number[], number>>();
    // @ts-expect-error -- these would be taken as lists of numbers, one for each argument
    s.eachElem(norm, points);
    // @ts-expect-error -- a list of texts for a number
    s.eachElem(join, [["a"], ["b"]]);
    // @ts-expect-error -- the second argument is missing
    s.eachElem(join, [1, 2]);
    // @ts-expect-error -- the fixed argument is no text
    s.eachElem(join, [1, 2], [3]);
  };
  expectTypeOf(check).toBeFunction();
});

test("results follow from the options", () => {
  const check = (): void => {
    const n = (x: number): number => x;
    expectTypeOf(s.eachElem(n, [1], [], { onError: "return" }).wait()).resolves.toEqualTypeOf<
      (number | SleighTaskError)[]
    >();
    expectTypeOf(s.eachElem(n, [1], [], { onError: "skip" }).wait()).resolves.toEqualTypeOf<number[]>();
    expectTypeOf(s.eachElem(n, [1], [], { onError: () => "?" }).wait()).resolves.toEqualTypeOf<(number | string)[]>();
    expectTypeOf(s.eachElem(n, [1], [], { accumulator: () => 1 }).wait()).resolves.toEqualTypeOf<undefined>();
    const accumulator = { accumulate: (results: number[]): number => results.length, value: (): string => "" };
    expectTypeOf(s.eachElem(n, [1], [], { accumulator }).wait()).resolves.toEqualTypeOf<string>();
  };
  expectTypeOf(check).toBeFunction();
});

test("eachWorker, imap and starmap", () => {
  const check = (): void => {
    expectTypeOf(s.eachWorker(join, 1, "a").wait()).resolves.toEqualTypeOf<boolean[]>();
    expectTypeOf(s.eachWorkerWith({ onError: "return" }, join, 1, "a").wait()).resolves.toEqualTypeOf<
      (boolean | SleighTaskError)[]
    >();
    // @ts-expect-error -- no text
    s.eachWorker(join, 1, 2);
    expectTypeOf(s.imap(join, [1], ["a"]).next()).resolves.toEqualTypeOf<IteratorResult<boolean, undefined>>();
    expectTypeOf(s.starmap(join, [[1, "a"]]).next()).resolves.toEqualTypeOf<IteratorResult<boolean, undefined>>();
    // @ts-expect-error -- no number
    s.imap(join, ["a"], ["a"]);
  };
  expectTypeOf(check).toBeFunction();
});
