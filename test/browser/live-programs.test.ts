import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { until } from "../web/support.ts";
import { chromiumPath, Pages, rowOf, sees } from "./pages.ts";
import { killed, Programs } from "./programs.ts";

const RATE = /^[\d.,]+[KM]?\/s$/;

/** The cell of a row that stands under a title. */
async function cellOf(page: Page, row: string, title: string) {
  await rowOf(page, row).first().waitFor();
  const titles = await page.getByRole("columnheader").allTextContents();
  return rowOf(page, row).getByRole("cell").nth(titles.indexOf(title));
}

/** The figure of a name in the list of facts at the top of a page. */
function fact(page: Page, name: string) {
  return page
    .locator(".facts > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
    .locator("dd");
}

describe.skipIf(chromiumPath === undefined)("while programs store and fetch, the pages", () => {
  let pages: Pages;
  let programs: Programs;
  beforeAll(async () => {
    pages = await Pages.start();
    programs = new Programs(pages.server.port);
  });
  afterAll(async () => {
    await programs[Symbol.asyncDispose]();
    await pages[Symbol.asyncDispose]();
  });
  afterEach(() => expect(pages.faults).toEqual([]));

  it(
    "show what they do, from the list down to the value, and that they end; nothing is loaded again",
    { timeout: 90_000 },
    async () => {
      const page = await pages.open("/", { viewport: { width: 1500, height: 900 } });
      await page.evaluate("window.isTheSamePage = true");
      const program = programs.busy("factory", "parts");
      await (await cellOf(page, "factory", "Stored")).filter({ hasText: RATE }).waitFor();
      await (await cellOf(page, "factory", "Fetched")).filter({ hasText: RATE }).waitFor();
      await (await cellOf(page, "factory", "Values")).filter({ hasText: /^1\d$/ }).waitFor();
      await (await cellOf(page, "factory", "Size")).filter({ hasText: /\d (?:B|KiB)$/ }).waitFor();

      await page.getByRole("link", { name: "factory" }).click();
      await (await cellOf(page, "parts", "Mode")).filter({ hasText: "fifo" }).waitFor();
      await (await cellOf(page, "parts", "Stored")).filter({ hasText: RATE }).waitFor();
      await (await cellOf(page, "parts", "Last minute")).locator("svg").waitFor();
      await fact(page, "Fetched").filter({ hasText: RATE }).waitFor();

      await page.getByRole("link", { name: "parts" }).click();
      const first = page.locator(".value-index").first();
      const before = await first.textContent();
      await page
        .locator(".value-preview", { hasText: /^job \d+$/ })
        .first()
        .waitFor();
      // The values come and go.
      await until(async () => (await first.textContent()) !== before);
      await fact(page, "Stored")
        .filter({ hasText: /\/s\)$/ })
        .waitFor();

      await page.getByRole("link", { name: "Clients" }).click();
      await page.getByRole("heading", { name: "Clients" }).waitFor();
      await (await cellOf(page, "127.0.0.1", "Rate")).filter({ hasText: RATE }).waitFor();
      await (await cellOf(page, "127.0.0.1", "Last operation")).filter({ hasText: /store|fetch/ }).waitFor();
      await (await cellOf(page, "127.0.0.1", "In")).filter({ hasText: /B$/ }).waitFor();
      await rowOf(page, "127.0.0.1").getByRole("link").first().click();
      await page.getByRole("region", { name: "Owns (1)" }).getByText("factory").waitFor();

      await killed(program);
      await sees(page, "This client has gone");
      await page.getByRole("link", { name: "Workspaces" }).first().click();
      await rowOf(page, "__default").waitFor();
      await rowOf(page, "factory").waitFor({ state: "detached" });
      expect(await page.evaluate("window.isTheSamePage")).toBe(true);
    },
  );

  it("mark where clients wait and nothing comes, and where values pile up", { timeout: 90_000 }, async () => {
    const ws = pages.client("trouble");
    void ws.fetch("orders").catch(() => undefined);
    const page = await pages.open("/workspaces/trouble");
    let isDone = false;
    const piling = (async () => {
      while (!isDone) {
        await ws.store("results", "x");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    await rowOf(page, "orders").getByText("starved").waitFor({ timeout: 25_000 });
    await rowOf(page, "results").getByText("piling up").waitFor({ timeout: 25_000 });
    expect(await rowOf(page, "results").getByText("starved").count()).toBe(0);
    isDone = true;
    await piling;
    await ws.store("orders", "at last");
    await rowOf(page, "orders").getByText("starved").waitFor({ state: "detached" });
  });

  it(
    "answer clicks when they do so as quickly as they can, and are sent no more than a few states a second",
    { timeout: 90_000 },
    async () => {
      for (const variable of ["first", "second"]) {
        programs.busy("flood", variable, { lanes: 128, backlog: 1000 });
      }
      const operations = async (): Promise<number> =>
        ((await (await fetch(`${pages.address}/api/server`)).json()) as { operations: number }).operations;
      await until(async () => (await operations()) > 10_000);

      const page = await pages.open("/workspaces/flood", { viewport: { width: 1500, height: 900 } });
      let [frames, bytes, watches] = [0, 0, 0];
      const openedAt = performance.now();
      page.on("websocket", (socket) => {
        socket.on("framesent", ({ payload }) => (watches += Number(String(payload).includes('"watch"'))));
        socket.on("framereceived", ({ payload }) => {
          frames++;
          bytes += payload.length;
        });
      });
      await page.reload();
      const before = await operations();
      await (await cellOf(page, "first", "Stored")).filter({ hasText: RATE }).waitFor();
      await page.getByRole("button", { name: "Values" }).click();
      await page.getByRole("columnheader", { name: "Values" }).and(page.locator("[aria-sort=descending]")).waitFor();
      await page.getByRole("searchbox").fill("sec");
      await sees(page, /^1 variable$/);
      await page.getByRole("link", { name: "second" }).click();
      await page.getByRole("button", { name: "Hold" }).click();
      await page.locator(".value-line").first().click();
      await page.locator(".value-open .content").waitFor();
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByRole("button", { name: "Store a value" }).click();
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Server" }).click();
      await page.locator("canvas").first().waitFor();
      await until(async () => (await operations()) > before + 100_000);
      await page.getByRole("link", { name: "Workspaces" }).first().click();
      await rowOf(page, "flood").waitFor();

      const seconds = (performance.now() - openedAt) / 1000;
      // Each watch is answered once at once, then four times a second at most.
      expect(frames).toBeLessThanOrEqual(watches * (1 + 4 * seconds));
      expect(frames).toBeGreaterThan(0);
      expect(bytes / frames).toBeLessThan(64 * 1024);
    },
  );
});
