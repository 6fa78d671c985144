import { stat } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, Pages, rowOf, sees } from "./pages.ts";

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
    const id = "turned~e2~80~aegnp.exe~1b~5b31m";
    await page.goto(`${pages.address}/workspaces/${id}/variables/x`);
    await page.locator(".value-preview").getByText("⟨U+202E⟩gnp.exe␀␛[31m").waitFor();
    await page.locator(".value-line").click();
    await page.getByLabel("The value as text").getByText("⟨U+202E⟩gnp.exe␀␛[31m").waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.goto(`${pages.address}/`);
    await page.getByRole("button", { name: "Delete workspace turned" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("status").getByText("Workspace 'turned⟨U+202E⟩gnp.exe␛[31m' is deleted").waitFor();
  });

  it("are text as the labels of owners and clients, too", async () => {
    const ws = pages.client("labelled", { label: MARKUP });
    void ws.fetch("never").catch(() => undefined);
    for (const path of ["/", "/clients", "/workspaces/labelled/variables/never"]) {
      const page = await pages.open(path);
      await sees(page, /<img src=x onerror=/);
      expect(await page.evaluate("window.wasRun")).toBeUndefined();
      await page.close();
    }
  });

  it("are shown whatever their length is: names of a thousand bytes, which take three thousand in an address", async () => {
    const name = "ü<".repeat(340);
    const ws = pages.client(name);
    await ws.store(name, "reached");
    const id = "~c3~bc~3c".repeat(340);
    const page = await pages.open(`/workspaces/${id}/variables/${id}`);
    await page.locator(".value-preview").getByText("reached").waitFor();
    await ws.store(name, "and live");
    await page.locator(".value-preview").getByText("and live").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
  });

  it("are cut where they are very long, with a way to the rest", { timeout: 90_000 }, async () => {
    const ws = pages.client("long");
    const length = 100_000_000;
    await ws.store("x", MARKUP.repeat(Math.ceil(length / MARKUP.length)).slice(0, length));
    const page = await pages.open("/workspaces/long/variables/x");
    await page.locator(".value-line").click();
    await sees(page, "The first 1 MiB of 95.4 MiB.");
    await sees(page, "65,536 of 1,048,576 characters");
    await page.getByRole("button", { name: "Show more" }).click();
    await sees(page, "262,144 of 1,048,576 characters");
    await page.getByRole("button", { name: "Load the first 64 MiB" }).click();
    await sees(page, "The first 64 MiB of 95.4 MiB.");
    expect(await page.evaluate("document.querySelector('.viewer-text').textContent.length")).toBeLessThan(300_000);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download" }).click(),
    ]);
    expect((await stat(await download.path())).size).toBe(length);
    // It is on the other pages, too, and they are as quick as ever.
    await page.getByRole("link", { name: "Workspaces" }).first().click();
    await rowOf(page, "long").getByText("95.4 MiB").waitFor();
    expect(await page.evaluate("window.wasRun")).toBeUndefined();
  });
});
