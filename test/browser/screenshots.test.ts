import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Demo, startDemo } from "./demo.ts";
import { chromiumPath, Pages, rowOf } from "./pages.ts";

/** As large as a picture in docs/ may be. */
const MOST_BYTES = 150_000;

/** The pictures of README.md and docs/web-interface.md; UPDATE_SCREENSHOTS=1 makes them anew. */
const isUpdate = process.env["UPDATE_SCREENSHOTS"] === "1";

describe.skipIf(chromiumPath === undefined)("the pages in the documentation's pictures", () => {
  let pages: Pages;
  let demo: Demo;
  let folder: string;
  beforeAll(async () => {
    folder = isUpdate
      ? fileURLToPath(new URL("../../docs/images", import.meta.url))
      : await mkdtemp(join(tmpdir(), "nws-screenshots-"));
    pages = await Pages.start();
    demo = await startDemo(pages);
  }, 60_000);
  afterAll(async () => {
    await demo.stop();
    await pages[Symbol.asyncDispose]();
    if (!isUpdate) {
      await rm(folder, { recursive: true });
    }
  });
  afterEach(() => expect(pages.faults).toEqual([]));

  interface Picture {
    readonly path: () => string;
    readonly scheme?: "dark";
    readonly height?: number;
    /** Brings the page to what the picture shows, and waits for that. */
    readonly pose: (page: Page) => Promise<unknown>;
  }

  const open = async (page: Page, index: number): Promise<void> => {
    await page.locator(".value-line").nth(index).click();
    await page.locator(".value-open .content").last().waitFor();
  };
  const pictures: Record<string, Picture> = {
    workspaces: {
      path: () => "/",
      pose: (page) => rowOf(page, "shop").getByText(/\d\/s/).first().waitFor(),
    },
    workspace: {
      path: () => "/workspaces/weather~2feurope",
      height: 480,
      // (When clients have waited for 10 s.)
      pose: async (page) => {
        await rowOf(page, "cells to compute").getByText("starved").waitFor({ timeout: 30_000 });
        await rowOf(page, "frames").getByText(/\d\/s/).first().waitFor();
      },
    },
    variable: {
      path: () => "/workspaces/film~2fscene~2012/variables/pictures",
      height: 1000,
      pose: async (page) => {
        await open(page, 0);
        await page.getByText("240 × 135").waitFor();
        await open(page, 1);
        await page.locator(".tree-key", { hasText: "lens" }).waitFor();
      },
    },
    numbers: {
      path: () => "/workspaces/film~2fscene~2012/variables/pictures",
      scheme: "dark",
      pose: async (page) => {
        await open(page, 2);
        await page.locator(".value-open canvas").waitFor();
      },
    },
    clients: { path: () => "/clients", pose: (page) => rowOf(page, "kitchen.ts").getByText(/\d\/s/).first().waitFor() },
    sleigh: {
      path: () => `/sleighs/${demo.sleigh}`,
      height: 1080,
      pose: async (page) => {
        await page.getByRole("img", { name: /chunks? of tasks on 4 workers/ }).waitFor();
        await page.getByText("block 93 has not enough memory").first().waitFor();
        await page.locator(".output-line").nth(3).waitFor();
      },
    },
    server: {
      path: () => "/server",
      scheme: "dark",
      height: 840,
      pose: (page) => page.locator("canvas").nth(3).waitFor(),
    },
  };

  it.each(Object.entries(pictures))("%s", { timeout: 90_000 }, async (name, { path, scheme, height = 720, pose }) => {
    const page = await pages.open(path(), { viewport: { width: 1280, height }, colorScheme: scheme ?? "light" });
    page.setDefaultTimeout(30_000);
    await page.locator("[data-state=live]").waitFor();
    await pose(page);
    // (Where the pointer is depends on what was clicked last.)
    await page.mouse.move(0, 0);
    const file = join(folder, `${name}.png`);
    await page.screenshot({ path: file, animations: "disabled", caret: "hide" });
    expect((await stat(file)).size).toBeLessThan(MOST_BYTES);
    await page.close();
  });
});
