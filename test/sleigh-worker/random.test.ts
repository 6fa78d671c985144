import { expect, test } from "vitest";
import { randomStream } from "../../src/sleigh/worker/random.ts";
import { TestMaster, valuesOf } from "./test-master.ts";

test("a task's numbers depend on the seed and its number, not on chunks or workers", async () => {
  await using master = await TestMaster.start();
  await Promise.all([master.worker({ rank: 0 }), master.worker({ rank: 1 })]);
  const source = "[SleighContext.random(), SleighContext.random()]";
  master.expression(1, source, { seed: 42 });
  master.expression(2, source, { seed: 42 });
  master.expression(3, source, { seed: 43 });
  await master.send(
    { job: 1, columns: [[0, 0, 0]] },
    { job: 2, chunk: 1, first: 1, columns: [[0, 0]] },
    { job: 2, chunk: 0, first: 0, columns: [[0]] },
    { job: 3, columns: [[0, 0, 0]] },
  );
  const whole = valuesOf(await master.result(1)) as number[][];
  const parts = [
    ...(valuesOf(await master.result(2)) as number[][]),
    ...(valuesOf(await master.result(2, 1)) as number[][]),
  ];
  expect(parts).toEqual(whole);
  const other = valuesOf(await master.result(3)) as number[][];
  expect(new Set([...whole, ...other].flat()).size).toBe(12);
});

test("without a seed the numbers differ from run to run", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "SleighContext.random()");
  await master.send({ job: 1, columns: [[0, 0]] }, { job: 1, chunk: 1, columns: [[0, 0]] });
  const values = [valuesOf(await master.result(1)), valuesOf(await master.result(1, 1))].flat();
  expect(new Set(values).size).toBe(4);
});

test("a stream is what it was in the first version", () => {
  const next = randomStream(1, 0);
  expect([next(), next(), next()]).toMatchInlineSnapshot(`
    [
      0.5818030414234419,
      0.6161999612428346,
      0.5754858664115665,
    ]
  `);
});

test("numbers are even over the interval and between streams", () => {
  const bins = new Array<number>(16).fill(0);
  let correlation = 0;
  const count = 40_000;
  let last = randomStream("seed", 0)();
  for (let task = 1; task <= count; task++) {
    const number = randomStream("seed", task)();
    bins[Math.floor(number * bins.length)]!++;
    correlation += (number - 0.5) * (last - 0.5);
    last = number;
  }
  const expected = count / bins.length;
  const chiSquare = bins.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
  // 15 degrees of freedom: above 45 once in ten thousand.
  expect(chiSquare).toBeLessThan(45);
  expect(Math.abs((correlation / count) * 12)).toBeLessThan(0.02);
});
