import { hostname } from "node:os";
import { expect, test } from "vitest";
import { type AnyFunction, Shipper } from "../../src/sleigh/shipping/index.ts";
import type { Packed } from "../../src/sleigh/messages.ts";
import { newToken } from "../../src/sleigh/messages.ts";
import { type SpecChanges, TestMaster, valuesOf } from "./test-master.ts";

const shipper = new Shipper();

let moduleCount = 0;

function countUp(by: number): number {
  moduleCount += by;
  return moduleCount;
}

function shipped(fn: AnyFunction): Packed {
  const { root, parts } = shipper.capture(fn);
  const inline = [...parts].map(([hash, bytes]) => ({ kind: "part", hash, bytes }) as const);
  return { value: root, parts: [...parts.keys()], inline };
}

function invoke(master: TestMaster, job: number, fn: AnyFunction, changes?: SpecChanges): void {
  master.define(job, { type: "invoke", fn: shipped(fn) }, changes);
}

test("a shipped function runs with what it captures and imports", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  const factor = 3;
  invoke(master, 1, (x: number) => [x * factor, hostname()]);
  await master.send({ job: 1, columns: [[1, 2]] });
  const result = await master.result(1);
  expect(result.failures).toEqual([]);
  expect(valuesOf(result)).toEqual([
    [3, hostname()],
    [6, hostname()],
  ]);
});

test("variables of a file live on from job to job, unless the job has its own", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  invoke(master, 1, countUp);
  invoke(master, 2, (by: number) => countUp(by) + 0.5);
  invoke(master, 3, countUp, { freshModules: true });
  await master.send({ job: 1, columns: [[1, 1]] });
  expect(valuesOf(await master.result(1))).toEqual([1, 2]);
  await master.send({ job: 2, columns: [[1]] });
  expect(valuesOf(await master.result(2))).toEqual([3.5]);
  await master.send({ job: 3, columns: [[1]] });
  expect(valuesOf(await master.result(3))).toEqual([1]);
});

test("the stack of an error points into the user's file", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  function failing(): void {
    throw new Error("here");
  }
  invoke(master, 1, failing);
  await master.send({ job: 1, columns: [[0]] });
  const stack = (await master.result(1)).failures[0]?.error?.stack ?? "";
  expect(stack).toMatch(/at failing \(.*shipping\.test\.ts:\d+:\d+\)/);
  expect(stack).not.toContain("chunk-runner");
});

test("a definition's properties become globals, once for each worker", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  let calls = 0;
  const define = (): object => ({ made: ++calls, helper: (x: number) => x + 1 });
  master.define(1, { type: "define", fn: shipped(define) });
  master.expression(2, "[made, helper(1)]");
  await master.call(token, 1);
  await master.call(token, 1);
  await master.call(token, 2);
  expect(valuesOf(await master.callResult(2))).toEqual([[1, 2]]);
  expect(await master.callResult(1)).toMatchObject({ failures: [] });
});

test("a function that needs what is not installed fails its tasks, with the reason", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  const fn = shipped(countUp);
  master.define(1, { type: "invoke", fn: { ...fn, inline: [], parts: [] } });
  await master.send({ job: 1, columns: [[1]] });
  expect((await master.result(1)).failures[0]).toMatchObject({ reason: "threw", error: { name: "RebuildError" } });
});
