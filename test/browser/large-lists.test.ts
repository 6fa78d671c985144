import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, Pages, rowOf, sees } from "./pages.ts";

const VARIABLES = 100_000;
const VALUES = 1_000_000;
const AT_ONCE = 10_000;

const elements = (page: Page): Promise<number> => page.evaluate("document.querySelectorAll('*').length");

describe.skipIf(chromiumPath === undefined)("a hundred thousand variables, and a million values in one", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
    const ws = pages.client("large");
    for (let from = 0; from < VARIABLES; from += AT_ONCE) {
      const names = Array.from({ length: AT_ONCE }, (_, i) => `v${String(from + i).padStart(5, "0")}`);
      await Promise.all(names.map((name) => ws.store(name, name)));
    }
    await ws.deleteVar("v77777");
    for (let from = 0; from < VALUES; from += AT_ONCE) {
      await ws.storeAll(
        "v77777",
        Array.from({ length: AT_ONCE }, (_, i) => `value ${from + i}`),
      );
    }
  }, 120_000);
  afterAll(() => pages[Symbol.asyncDispose]());
  afterEach(() => expect(pages.faults).toEqual([]));

  it("are shown a screen at a time, from everywhere, in every order", { timeout: 90_000 }, async () => {
    const page = await pages.open("/workspaces/large");
    await sees(page, /^100,000 variables$/);
    await rowOf(page, "v00000").waitFor();
    const atFirst = await elements(page);
    for (const part of [0.5, 0.99, 0.01, 1]) {
      await page.evaluate(`{
        const scroller = document.querySelector(".table-scroller");
        scroller.scrollTop = ${part} * (scroller.scrollHeight - scroller.clientHeight);
      }`);
      const near = Math.floor((VARIABLES - 1) * part);
      await page.locator(`[data-index="${near}"]`).getByRole("link").waitFor();
    }
    await rowOf(page, "v99999").waitFor();
    expect(await elements(page)).toBeLessThan(2 * atFirst);
    await page.getByRole("button", { name: "Values" }).click();
    await page.locator('[data-index="0"]').filter({ hasText: "1,000,000" }).waitFor();
    await page.getByRole("button", { name: "Name" }).click();
    await page.getByRole("searchbox").fill("7777");
    await sees(page, /^19 variables$/);
    await rowOf(page, "v77770").waitFor();
    expect(await elements(page)).toBeLessThan(2 * atFirst);
  });

  it("are reached by page, by index and by search", { timeout: 90_000 }, async () => {
    const page = await pages.open("/workspaces/large/variables/v77777");
    await sees(page, "Values (1,000,000)");
    await page.locator(".value-line").getByText("value 49", { exact: true }).waitFor();
    expect(await page.locator(".value-line").count()).toBe(50);
    await page.getByLabel("From index").fill("999990");
    await page.keyboard.press("Enter");
    await page.locator(".value-line").getByText("value 999999").waitFor();
    await page.getByRole("searchbox").fill("value 15000");
    await page.locator(".value-line").getByText("value 15000", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Searched up to index/ }).waitFor();
  });
});
