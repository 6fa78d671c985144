import { describe, expect, test } from "vitest";
import { SleighArgumentError } from "../../src/sleigh/errors.ts";
import { elementSource, functionSource } from "../../src/sleigh/inputs/element-source.ts";
import { rowSource } from "../../src/sleigh/inputs/row-source.ts";
import {
  AgainSource,
  argumentsOf,
  pick,
  type TaskBatch,
  type TaskSource,
} from "../../src/sleigh/inputs/task-source.ts";
import { range } from "../../src/sleigh/range.ts";

/** All arguments that a source gives, task by task. */
async function all(source: TaskSource, most = 2): Promise<unknown[][]> {
  const tasks: unknown[][] = [];
  for (let batch = await source.read(most); batch !== undefined; batch = await source.read(most)) {
    expect(batch.first).toBe(tasks.length);
    expect(batch.count).toBeLessThanOrEqual(most);
    for (let at = 0; at < batch.count; at++) {
      tasks.push(argumentsOf(batch, at));
    }
  }
  return tasks;
}

function* letters(...list: string[]): Generator<string> {
  yield* list;
}

async function* soon(...list: number[]): AsyncGenerator<number> {
  for (const each of list) {
    yield Promise.resolve(each);
  }
}

describe("elements", () => {
  test.each<[string, unknown, unknown[][]]>([
    ["a list of numbers is one list", [1, 2, 3], [[1], [2], [3]]],
    [
      "a list of lists is several lists",
      [
        [1, 2, 3],
        [11, 12, 13],
      ],
      [
        [1, 11],
        [2, 12],
        [3, 13],
      ],
    ],
    [
      "one list of lists stands in a list",
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[[1, 2]], [[3, 4]]],
    ],
    [
      "the shortest list counts",
      [
        [1, 2, 3],
        [11, 12],
      ],
      [
        [1, 11],
        [2, 12],
      ],
    ],
    ["a list of strings is one list", ["ab", "cd"], [["ab"], ["cd"]]],
    ["a list of strings and lists is one list", ["ab", [1]], [["ab"], [[1]]]],
    ["a string by itself gives its characters", "héé", [["h"], ["é"], ["é"]]],
    ["an empty list gives no tasks", [], []],
    ["an empty list among others gives no tasks", [[1, 2], []], []],
    [
      "typed arrays are lists",
      [new Float64Array([1.5, 2]), new Uint8Array([3, 4])],
      [
        [1.5, 3],
        [2, 4],
      ],
    ],
    ["a typed array is a list by itself", new Int16Array([1, 2, 3]), [[1], [2], [3]]],
    ["a range is a list", range(2, 8, 3), [[2], [5]]],
    ["a generator is a list by itself", letters("a", "b", "c"), [["a"], ["b"], ["c"]]],
    ["a set is a list", new Set([1, 2]), [[1], [2]]],
    [
      "lists and generators go together",
      [[1, 2, 3], letters("a", "b")],
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "async iterables too",
      [soon(1, 2, 3), [7, 8, 9, 10]],
      [
        [1, 7],
        [2, 8],
        [3, 9],
      ],
    ],
  ])("%s", async (_, elements, tasks) => {
    expect(await all(elementSource(elements, {}))).toEqual(tasks);
  });

  test("recycling repeats shorter lists up to the longest", async () => {
    const source = elementSource([[1, 2, 3, 4, 5], range(2), letters("a", "b", "c")], { recycle: true });
    expect(await all(source)).toEqual([
      [1, 0, "a"],
      [2, 1, "b"],
      [3, 0, "c"],
      [4, 1, "a"],
      [5, 0, "b"],
    ]);
  });

  test.each([
    ["row", [[[1, 2, 3]], [[4, 5, 6]]]],
    ["column", [[[1, 4]], [[2, 5]], [[3, 6]]]],
    ["cell", [[1], [4], [2], [5], [3], [6]]],
  ] as const)("a matrix by %s", async (by, tasks) => {
    expect(
      await all(
        elementSource(
          [
            [
              [1, 2, 3],
              [4, 5, 6],
            ],
          ],
          { by },
        ),
      ),
    ).toEqual(tasks);
  });

  test("rows of unequal length are no matrix", () => {
    expect(() => elementSource([[[1, 2], [3]]], { by: "row" })).toThrow(/row 1/);
  });

  test("what is no list is refused", () => {
    expect(() => elementSource(7, {})).toThrow(SleighArgumentError);
    expect(() => elementSource(undefined, {})).toThrow(SleighArgumentError);
  });

  test("an infinite generator is read no further than asked, and closed", () => {
    let read = 0;
    let isClosed = false;
    function* numbers(): Generator<number> {
      try {
        for (;;) {
          yield read++;
        }
      } finally {
        isClosed = true;
      }
    }
    const source = elementSource(numbers(), {});
    expect(source.read(5)).toMatchObject({ count: 5 });
    expect(read).toBe(5);
    source.close();
    expect(isClosed).toBe(true);
  });

  test("an async input that pauses gives what it has", async () => {
    let release: () => void = () => undefined;
    async function* numbers(): AsyncGenerator<number> {
      yield 1;
      yield 2;
      await new Promise<void>((resolve) => (release = resolve));
      yield 3;
    }
    const source = elementSource(numbers(), {});
    expect(await source.read(10)).toMatchObject({ first: 0, args: [[1], [2]] });
    release();
    expect(await source.read(10)).toMatchObject({ first: 2, args: [[3]] });
    expect(await source.read(10)).toBeUndefined();
  });

  test("a list that changes later does not change the tasks", () => {
    const list = [1, 2, 3];
    const batch = elementSource(list, {}).read(3) as TaskBatch;
    list[0] = 99;
    expect(argumentsOf(batch, 0)).toEqual([1]);
  });
});

test("elementFunc makes arguments until it returns undefined", async () => {
  const source = functionSource((task) => (task < 3 ? [task, task * 10] : undefined));
  expect(await all(source)).toEqual([
    [0, 0],
    [1, 10],
    [2, 20],
  ]);
  expect(() => functionSource((() => 7) as never).read(1)).toThrow(/list of arguments/);
});

test("starmap takes lists of arguments of any length", async () => {
  expect(await all(rowSource([[1], [2, 3], []]))).toEqual([[1], [2, 3], []]);
  expect(() => rowSource([7 as never]).read(1)).toThrow(/list of arguments/);
});

test("tasks that are done again keep their numbers", async () => {
  const source = elementSource([["a", "b", "c", "d"]], {});
  const batch = (await source.read(3))!;
  const again = new AgainSource([pick(batch, [0, 2])], source);
  expect(again.left).toBe(3);
  expect(await again.read(1)).toMatchObject({ numbers: [0], args: [["a"]] });
  expect(await again.read(9)).toMatchObject({ numbers: [2], args: [["c"]] });
  expect(await again.read(9)).toMatchObject({ first: 3, count: 1, args: [["d"]] });
  expect(await again.read(9)).toBeUndefined();
});
