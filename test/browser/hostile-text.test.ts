import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, Pages, sees } from "./pages.ts";

const MARKUP = `"><img src=x onerror="window.wasRun = true"><script>window.wasRun = true</script><svg onload="window.wasRun = true">`;
const TURNED = "\u202egnp.exe\u0000\u001b[31m";

describe.skipIf(chromiumPath === undefined)("names and values full of markup", () => {
  let pages: Pages;
  let paths: string[];
  beforeAll(async () => {
    pages = await Pages.start();
    const ws = pages.client(MARKUP);
    await ws.store(MARKUP, MARKUP);
    await ws.store(MARKUP, { [MARKUP]: MARKUP, __proto__: null });
    await ws.store(MARKUP, new TextEncoder().encode(MARKUP));
    await ws.store(MARKUP, `${MARKUP},${MARKUP}\n${MARKUP},${MARKUP}`);
    await ws.store(MARKUP, `[${JSON.stringify(MARKUP)}]`);
    await ws.store(MARKUP, new Error(MARKUP));
    void ws.fetch(`${MARKUP} waiting`).catch(() => undefined);
    await pages.client(`turned${TURNED.replace("\u0000", "")}`).store("x", TURNED);
    const { items } = (await (await fetch(`${pages.address}/api/workspaces`)).json()) as {
      items: { id: string; name: string }[];
    };
    const id = items.find(({ name }) => name === MARKUP)!.id;
    paths = [
      "/",
      `/workspaces/${id}`,
      `/workspaces/${id}/variables/${id}`,
      `/workspaces/${id}/variables/${id}~20waiting`,
      "/clients",
    ];
  });
  afterAll(() => pages[Symbol.asyncDispose]());
  afterEach(() => expect(pages.faults).toEqual([]));

  it("are text on every page, and run nothing", async () => {
    for (const path of paths) {
      const page = await pages.open(path);
      await sees(page, path === "/clients" ? "127.0.0.1" : "<script>window.wasRun = true</script>");
      for (const line of await page.locator(".value-line").all()) {
        await line.click();
      }
      for (const choice of await page.locator(".content [role=radiogroup] label").all()) {
        await choice.click();
      }
      expect(await page.evaluate("window.wasRun")).toBeUndefined();
      expect(
        await page.evaluate(
          "document.querySelectorAll('#root script, #root img:not([src=\"/icon.svg\"]), #root iframe').length",
        ),
      ).toBe(0);
      await page.close();
    }
  });

  it("are text in dialogs and in the title", async () => {
    const page = await pages.open(paths[1]!);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByText("<script>").waitFor();
    expect(await page.title()).toContain("<img");
    expect(await page.evaluate("window.wasRun")).toBeUndefined();
  });

  it("cannot turn or hide the text around them", async () => {
    const page = await pages.open("/");
    await sees(page, "turned⟨U+202E⟩gnp.exe␛[31m");
  });
});
