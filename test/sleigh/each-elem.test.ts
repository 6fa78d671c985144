import { hostname } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { range, Sleigh, SleighArgumentError } from "../../src/sleigh/index.ts";

const s = new Sleigh({ workerCount: 2 });
afterAll(() => s.stop());

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) {
    list.push(result);
  }
  return list;
}

function* letters(): Generator<string> {
  yield* ["a", "b", "c"];
}

async function* later(values: readonly string[]): AsyncGenerator<string> {
  for (const value of values) {
    await new Promise((resolve) => setImmediate(resolve));
    yield value;
  }
}

const listOf = (...args: unknown[]): unknown[] => args;

describe("eachWorker and eachElem", () => {
  test("the smallest program", async () => {
    expect(await s.eachWorker(() => hostname())).toEqual([hostname(), hostname()]);
    const cubes = await s.eachElem((x: number) => x ** 3, range(0, 100));
    expect(cubes).toEqual(Array.from({ length: 100 }, (_, x) => x ** 3));
    expect(
      await s.eachElem(
        listOf,
        [
          [1, 2, 3],
          [11, 12, 13],
        ],
        [99],
      ),
    ).toEqual([
      [1, 11, 99],
      [2, 12, 99],
      [3, 13, 99],
    ]);
  });

  test.each([
    [
      [1, 2, 0],
      [
        [11, 99, 1],
        [12, 99, 2],
      ],
    ],
    [[2], [[99], [99]]],
    [[], [[], []]],
  ])("argPermute %j", async (argPermute, expected) => {
    expect(
      await s.eachElem(
        listOf,
        [
          [1, 2],
          [11, 12],
        ],
        [99],
        { argPermute },
      ),
    ).toEqual(expected);
  });

  test.each<[string, () => object | string, unknown[][]]>([
    [
      "lists of unequal length",
      () => [
        [1, 2, 3],
        ["a", "b"],
      ],
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    ["a list of plain values", () => ["one", "two"], [["one"], ["two"]]],
    [
      "a list of arrays",
      () => [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[[1, 2]], [[3, 4]]],
    ],
    ["a string", () => "añ😀", [["a"], ["ñ"], ["😀"]]],
    [
      "typed arrays",
      () => [new Float64Array([0.5, 1.5]), new Uint8Array([7, 8, 9])],
      [
        [0.5, 7],
        [1.5, 8],
      ],
    ],
    [
      "a generator beside a set",
      () => [letters(), new Set([1, 2])],
      [
        ["a", 1],
        ["b", 2],
      ],
    ],
    ["an async generator", () => later(["x", "y"]), [["x"], ["y"]]],
  ])("elements: %s", async (_, elements, expected) => {
    expect(await s.eachElem(listOf, elements(), [], {} as object)).toEqual(expected);
  });

  test("no elements make no tasks", async () => {
    expect(await s.eachElem(listOf, [], [99])).toEqual([]);
  });

  test("strings are expressions", async () => {
    expect(await s.eachElem("SleighArguments[0] + SleighArguments[1]", [["a", "b"]], ["!"])).toEqual(["a!", "b!"]);
    expect(await s.eachWorker("SleighRank")).toEqual([0, 1]);
    expect(await s.eachWorker("[SleighWorkerCount, SleighName]")).toEqual([
      [2, s.nws.name],
      [2, s.nws.name],
    ]);
  });

  test("what eachWorker set up is there for later tasks", async () => {
    await s.eachWorkerWith({ type: "define" }, (base: number) => ({ base }), 40);
    expect(await s.eachElem("base + SleighArguments[0]", [1, 2])).toEqual([41, 42]);
  });

  test("an iterator of the user's workspace is an input", async () => {
    for (const value of [3, 4, 5]) {
      await s.userNws.store("numbers", value);
    }
    expect(await s.eachElem((x: unknown) => Number(x) * 2, s.userNws.ifindTry("numbers"))).toEqual([6, 8, 10]);
  });

  test("workers reach the user's workspace", async () => {
    await s.eachWorker('SleighUserNws.store("from workers", SleighRank)');
    const ranks = [await s.userNws.fetch<number>("from workers"), await s.userNws.fetch<number>("from workers")];
    expect(ranks.sort()).toEqual([0, 1]);
  });

  test("several calls are under way at a time", async () => {
    const calls = [1, 2, 3].map((n) => s.eachElem((x: number, by: number) => x * by, range(50), [n]));
    expect(calls[0]!.check()).toBeGreaterThan(0);
    const results = await Promise.all(calls);
    expect(results.map((list) => list[49])).toEqual([49, 98, 147]);
    expect(calls.map((call) => call.check())).toEqual([0, 0, 0]);
  });

  test("exported variables are globals until they are removed", async () => {
    await s.export("table", [10, 20, 30]);
    expect(await s.eachElem("table[SleighArguments[0]]", [2, 0])).toEqual([30, 10]);
    await s.export("only", 1, { worker: 1 });
    expect(await s.eachWorker("typeof only")).toEqual(["undefined", "number"]);
    await s.unexport("table");
    expect(await s.eachWorker("typeof table")).toEqual(["undefined", "undefined"]);
    await expect(s.export("no name", 1)).rejects.toThrow(SleighArgumentError);
  });

  test("random streams depend on the seed and the task alone", async () => {
    const draw = "SleighContext.random()";
    const one = await s.eachElem<number>(draw, range(20), [], { seed: 7 });
    const other = await s.eachElem<number>(draw, range(20), [], { seed: 7, chunkSize: 3 });
    expect(one).toEqual(other);
    expect(new Set(one).size).toBe(20);
  });

  test("100 000 tasks keep at most loadFactor chunks for each worker in the workspace", async () => {
    let most = 0;
    let under = 0;
    const call = s.eachElem((x: number) => x, range(100_000), [], {
      chunkSize: 500,
      loadFactor: 2,
      progress: ({ submitted, done }) => {
        under = submitted - done;
        most = Math.max(most, under);
      },
    });
    expect(await call).toHaveLength(100_000);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2 * 2 * 500);
  });

  test("100 000 tasks: the workspace holds at most loadFactor chunks for each worker", async () => {
    const call = s.eachElem((x: number) => x, range(100_000), [], { chunkSize: 20, loadFactor: 3 });
    const held: number[] = [];
    while (call.check() > 0) {
      const tasks = (await s.nws.listVars()).find(({ name }) => name === "tasks")!;
      held.push(tasks.values + tasks.booked);
    }
    expect(await call).toHaveLength(100_000);
    expect(held.length).toBeGreaterThan(10);
    expect(Math.max(...held)).toBeGreaterThan(0);
    expect(Math.max(...held)).toBeLessThanOrEqual(3 * 2);
  });
});

describe("accumulators", () => {
  test("a function gets results and task numbers", async () => {
    const seen = new Map<number, number>();
    const call = s.eachElem((x: number) => x * 2, range(100), [], {
      accumulator: (results: number[], tasks: number[]) => {
        tasks.forEach((task, i) => seen.set(task, results[i]!));
      },
    });
    await expect(call).resolves.toBeUndefined();
    expect(seen.size).toBe(100);
    expect(seen.get(7)).toBe(14);
  });

  test("an object with a value gives that", async () => {
    let sum = 0;
    const accumulator = {
      accumulate: (results: number[]): void => {
        for (const each of results) {
          sum += each;
        }
      },
      value: () => sum,
    };
    expect(await s.eachElem((x: number) => x, range(101), [], { accumulator })).toBe(5050);
  });

  test("a promise slows the feed", async () => {
    let release: () => void = () => undefined;
    let calls = 0;
    const call = s.eachElem((x: number) => x, range(1000), [], {
      chunkSize: 1,
      loadFactor: 1,
      accumulator: () => {
        calls += 1;
        return new Promise<void>((resolve) => (release = resolve));
      },
    });
    await expect.poll(() => calls).toBe(1);
    await expect.poll(() => call.progress.done).toBe(2);
    expect(call.progress.submitted).toBe(2);
    const timer = setInterval(() => {
      release();
    }, 0);
    await call;
    clearInterval(timer);
    expect(call.progress.done).toBe(1000);
  });

  test("what it throws rejects the call", async () => {
    const accumulator = (): void => {
      throw new Error("full");
    };
    await expect(s.eachElem((x: number) => x, [1, 2], [], { accumulator })).rejects.toThrow("full");
  });
});

describe("results as they arrive", () => {
  test("a call can be gone through", async () => {
    const pending = s.eachElem((x: number) => x + 1, range(10));
    const seen: number[] = [];
    for await (const result of pending) {
      seen.push(result);
    }
    expect(seen.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const entries = await collect(pending.entries());
    expect(entries).toEqual(Array.from({ length: 10 }, (_, i) => [i, i + 1]));
  });

  test("imap gives results in order from an infinite input, until it is stopped", async () => {
    function* numbers(): Generator<number> {
      for (let n = 0; ; n++) {
        yield n;
      }
    }
    const squares = s.imap((x: number) => x * x, numbers());
    const first: number[] = [];
    for await (const square of squares) {
      first.push(square);
      if (first.length === 50) {
        break;
      }
    }
    expect(first).toEqual(Array.from({ length: 50 }, (_, n) => n * n));
    expect(squares.returned).toBe(50);
    expect(squares.stopped).toBe(true);
    expect(await squares.next()).toEqual({ done: true, value: undefined });
  });

  test("imap that is shut down gives what was handed out", async () => {
    const numbers = s.imapWith({ chunkSize: 1, loadFactor: 3 }, (x: number) => x, range(1000));
    expect(await numbers.next()).toEqual({ done: false, value: 0 });
    numbers.shutdown();
    const rest = await collect(numbers);
    expect(rest.length).toBe(numbers.submitted - 1);
    expect(rest.length).toBeLessThan(100);
    expect(rest).toEqual(rest.map((_, i) => i + 1));
  });

  test("imap throws an error when its turn comes", async () => {
    const results = s.imap((x: number) => {
      if (x === 3) {
        throw new RangeError("three");
      }
      return x;
    }, range(10));
    expect([await results.next(), await results.next(), await results.next()].map(({ value }) => value)).toEqual([
      0, 1, 2,
    ]);
    await expect(results.next()).rejects.toThrow("three");
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test("starmap takes whole lists of arguments", async () => {
    const sums = s.starmap((...list: number[]) => list.reduce((a, b) => a + b, 0), [[1], [1, 2], [1, 2, 3]]);
    expect(await collect(sums)).toEqual([1, 3, 6]);
  });
});

test("bad options are refused before anything is sent", () => {
  expect(() => s.eachElem(listOf, [1], [], { chunkSize: 0 })).toThrow(SleighArgumentError);
  expect(() => s.eachElem(listOf, [1], [], { loadFactor: -1 })).toThrow(SleighArgumentError);
  expect(() => s.eachElem(listOf, [1], [], { onError: "explode" as never })).toThrow(/onError/);
  expect(() => s.eachElem(listOf, [1], [], { elementFunc: () => undefined })).toThrow(/elementFunc/);
});
