import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import { chromiumPath, Pages } from "./pages.ts";

describe.skipIf(chromiumPath === undefined)("the pages are usable", () => {
  let pages: Pages;
  const variable = "/workspaces/seen/variables/x";
  /** And what shows that the page has all that it will have. */
  const paths = [
    ["/", ".table-row"],
    ["/workspaces/seen", ".table-row"],
    [variable, ".value-line"],
    ["/clients", ".table-row"],
    ["/server", "canvas"],
    ["/sleighs", "#main h1"],
    ["/workspaces/nowhere", "[role=alert]"],
    ["/nonsense", "#main h2"],
  ] as const;
  const openWhole = async (path: string, sign: string, options: BrowserContextOptions): Promise<Page> => {
    const page = await pages.open(path, options);
    await page.locator("[data-state=live]").waitFor();
    await page.locator(sign).first().waitFor();
    return page;
  };
  beforeAll(async () => {
    pages = await Pages.start();
    const ws = pages.client("seen");
    await ws.store("x", { a: [1, 2, { b: "text" }], d: new Date(), m: new Map([[1, true]]) });
    await ws.store("x", new Float64Array([1, 2, 3]));
    await ws.store("x", "a,b\n1,2");
    await ws.store("x", "text");
    void ws.fetch("wanted").catch(() => undefined);
  });
  afterAll(() => pages[Symbol.asyncDispose]());
  afterEach(() => expect(pages.faults).toEqual([]));

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    it.each(paths)("axe finds nothing serious on %s", async (path, sign) => {
      const page = await openWhole(path, sign, { colorScheme });
      if (path === variable) {
        for (const line of await page.locator(".value-line").all()) {
          await line.click();
        }
        await page.locator("canvas").waitFor();
      }
      expect(await seriousFaults(page)).toEqual([]);
      await page.close();
    });

    it("axe finds nothing serious in dialogs", async () => {
      const page = await pages.open(variable, { colorScheme });
      for (const button of ["Store a value", "Clear", "Delete"]) {
        await page.getByRole("button", { name: button }).click();
        await page.getByRole("dialog").waitFor();
        expect(await seriousFaults(page)).toEqual([]);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
    });
  });

  it("dialogs keep the focus, and give it back", async () => {
    const page = await pages.open("/workspaces/seen");
    const opener = page.getByRole("button", { name: "Declare a variable" });
    // (A button that is not ready yet takes no focus, and `focus` does not wait for that.)
    await page.getByRole("button", { name: "Declare a variable", disabled: false }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Name" }).and(page.locator(":focus")).waitFor();
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.querySelector('[role=dialog]').contains(document.activeElement)")).toBe(
        true,
      );
    }
    await page.keyboard.press("Escape");
    await opener.and(page.locator(":focus")).waitFor();
  });

  it("every page can be reached with the keyboard alone", async () => {
    const page = await pages.open("/");
    await page.getByRole("link", { name: "seen" }).waitFor();
    await page.keyboard.press("Tab");
    await page.getByText("Skip to the page").and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await page.locator("#main:focus").waitFor();
    await page.getByRole("link", { name: "Clients" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Clients" }).waitFor();
    await page.locator("#main:focus").waitFor();
  });

  it.each(paths)("%s fits a screen of 360 pixels", async (path, sign) => {
    const page = await openWhole(path, sign, { viewport: { width: 360, height: 740 } });
    const tooWide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(tooWide).toBe(0);
    await page.getByRole("button", { name: "Open the menu" }).click();
    await page.getByRole("link", { name: "Server" }).click();
    await page.getByRole("heading", { name: "Server" }).waitFor();
    await page.close();
  });

  it("the scheme is the system's until one chooses, and then stays", async () => {
    const page = await pages.open("/", { colorScheme: "dark" });
    await page.locator("html[data-mantine-color-scheme=dark]").waitFor();
    await page.getByRole("button", { name: "Change to the light scheme" }).click();
    await page.locator("html[data-mantine-color-scheme=light]").waitFor();
    await page.reload();
    await page.locator("html[data-mantine-color-scheme=light]").waitFor();
  });
});
