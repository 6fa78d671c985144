import fc from "fast-check";
import { expect, test } from "vitest";
import type { Page, VariableInfo } from "../../src/web/api.ts";
import { Orders } from "../../src/web/show/orders.ts";
import { type ListSource, pageOf } from "../../src/web/show/page-of.ts";
import { orderOf, Slices } from "../../src/web/show/slices.ts";
import { TestWeb } from "./support.ts";

test("a long list is sorted as a short one is: equal ones stay in their places", async () => {
  const length = fc.integer({ min: 0, max: 10_000 });
  await fc.assert(
    fc.asyncProperty(length, fc.integer({ min: 1, max: 5000 }), fc.boolean(), async (count, kinds, isUp) => {
      const keys = Array.from({ length: count }, (_, i) => (i * 7919) % kinds);
      const sign = isUp ? 1 : -1;
      const expected = [...keys.keys()].sort((a, b) => sign * (keys[a]! - keys[b]!) || a - b);
      expect([...(await orderOf(keys, isUp ? "asc" : "desc", new Slices()))]).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

test("others come in between while a long list is sorted", async () => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) {
      setImmediate(count);
    }
  };
  count();
  const keys = Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 999_983);
  await orderOf(keys, "asc", new Slices());
  isDone = true;
  expect(turns).toBeGreaterThan(5);
});

test("what goes while a list is sorted is left out, and what one sees is as it is now", async () => {
  const values = new Map(Array.from({ length: 1000 }, (_, i) => [`v${i}`, i]));
  const source: ListSource<[string, number]> = {
    title: "values",
    names: [...values.keys()],
    get: (name) => (values.has(name) ? [name, values.get(name)!] : undefined),
    textOf: ([name]) => name,
    keys: { value: ([, value]) => value },
  };
  const query = { sort: "value", order: "desc", limit: 3 } as const;
  const page = pageOf(new Orders(), source, query, (item) => item);
  values.delete("v998");
  values.set("v999", 5);
  expect((await page).items).toEqual([
    ["v999", 5],
    ["v997", 997],
  ]);
});

test("a list of many variables is shown from everywhere, by name, by what is in them and by search", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w");
  await Promise.all(Array.from({ length: 5000 }, (_, i) => ws.store(`v${String(i).padStart(4, "0")}`, i)));
  await Promise.all(Array.from({ length: 3 }, () => ws.store("v2500", "more")));
  const names = async (query: string): Promise<{ total: number; names: string[] }> => {
    const { total, items } = await web.get<Page<VariableInfo>>(`/api/workspaces/w/variables?limit=2&${query}`);
    return { total, names: items.map(({ name }) => name) };
  };
  expect(await names("offset=4000")).toEqual({ total: 5000, names: ["v4000", "v4001"] });
  expect(await names("offset=4998&sort=name&order=desc")).toEqual({ total: 5000, names: ["v0001", "v0000"] });
  expect(await names("sort=values&order=desc")).toEqual({ total: 5000, names: ["v2500", "v0000"] });
  expect(await names("sort=values&order=asc&offset=4998")).toEqual({ total: 5000, names: ["v4999", "v2500"] });
  expect(await names("search=V49&sort=name&order=desc")).toEqual({ total: 100, names: ["v4999", "v4998"] });
});
