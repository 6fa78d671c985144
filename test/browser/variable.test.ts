import { encode as encodePng } from "fast-png";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, Pages, rowOf, sees } from "./pages.ts";

const valueLine = (page: Page, text: string | RegExp) =>
  page.locator(".value-line").filter({ has: page.locator(".value-preview", { hasText: text }) });

describe.skipIf(chromiumPath === undefined)("a workspace's and a variable's page", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages[Symbol.asyncDispose]());
  afterEach(() => expect(pages.faults).toEqual([]));

  it("show modes, values and who waits, live", async () => {
    const ws = pages.client("live");
    await ws.declare("stack", "lifo");
    const page = await pages.open("/workspaces/live");
    const row = rowOf(page, "stack");
    await row.getByText("lifo").waitFor();
    await ws.store("stack", "x");
    await row.getByRole("cell").nth(2).filter({ hasText: /^1$/ }).waitFor();
    const found = ws.find("wanted");
    const waited = rowOf(page, "wanted");
    await waited.getByText("unknown").waitFor();
    await waited.getByRole("cell").nth(4).filter({ hasText: /^1$/ }).waitFor();

    await page.getByRole("link", { name: "wanted" }).click();
    await page.getByRole("heading", { name: "wanted" }).waitFor();
    await rowOf(page, "find")
      .getByText(/127\.0\.0\.1:\d+/)
      .waitFor();
    await sees(page, "No values at present");
    await ws.store("wanted", "here it is");
    expect(await found).toBe("here it is");
    await valueLine(page, "here it is").waitFor();
    await page.getByText("Waiting (1)").waitFor({ state: "detached" });
  });

  it("declare a variable with a mode, and delete one, which tells who waits", async () => {
    const ws = pages.client("modes");
    await ws.store("other", 1);
    const page = await pages.open("/workspaces/modes");
    await page.getByRole("button", { name: "Declare a variable" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("highest");
    await page.getByRole("radio", { name: "single" }).check();
    await page.getByRole("button", { name: "Declare", exact: true }).click();
    await page.getByRole("heading", { name: "highest" }).waitFor();
    await expect(ws.declare("highest", "fifo")).rejects.toThrow("single");

    const waiting = ws.fetch("highest").catch((error: unknown) => String(error));
    await sees(page, "Waiting (1)");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByText("1 request of clients waits for it").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    expect(await waiting).toContain("deleted");
    await page.getByRole("heading", { name: "modes" }).waitFor();
    await rowOf(page, "highest").waitFor({ state: "detached" });
  });

  it("show a long list of variables without having all of it in the page", async () => {
    const ws = pages.client("long list");
    await Promise.all(Array.from({ length: 5000 }, (_, i) => ws.store(`v${String(i).padStart(4, "0")}`, i)));
    const page = await pages.open("/workspaces/long~20list");
    await sees(page, /^5,000 variables$/);
    await rowOf(page, "v0000").waitFor();
    expect(await page.locator(".table-row").count()).toBeLessThan(100);
    await page.evaluate("document.querySelector('.table-scroller').scrollTop = 1e9");
    await rowOf(page, "v4999").waitFor();
    await page.getByRole("link", { name: "v4998" }).focus();
    await page.keyboard.press("ArrowDown");
    await page.locator("a:focus").filter({ hasText: "v4999" }).waitFor();
  });

  it("store text, numbers, JSON and files", async () => {
    const ws = pages.client("stored");
    await ws.declare("x", "fifo");
    const page = await pages.open("/workspaces/stored/variables/x");
    const store = async (kind: string, fill: () => Promise<void>): Promise<void> => {
      await page.getByRole("button", { name: "Store a value" }).click();
      await page.getByRole("dialog").getByText(kind, { exact: true }).first().click();
      await fill();
      await page.getByRole("button", { name: "Store", exact: true }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
    };
    await store("Text", () => page.getByRole("textbox", { name: "Text" }).fill("grüße\n<b>"));
    await store("Number", () => page.getByRole("textbox", { name: "Number" }).fill("-1.5"));
    await store("JSON", () => page.getByRole("textbox", { name: "JSON" }).fill('{"a": [1, null]}'));
    await store("File", () =>
      page.locator("input[type=file]").setInputFiles({ name: "f", mimeType: "", buffer: Buffer.from([1, 2, 255]) }),
    );
    await page.getByRole("button", { name: "Store a value" }).click();
    await page.getByRole("dialog").getByText("JSON", { exact: true }).first().click();
    await page.getByRole("textbox", { name: "JSON" }).fill("{no");
    await page.getByRole("button", { name: "Store", exact: true }).click();
    await page.getByRole("alert").getByText("This is no JSON").waitFor();
    expect(await ws.fetch("x")).toBe("grüße\n<b>");
    expect(await ws.fetch("x")).toBe(-1.5);
    expect(await ws.fetch("x")).toEqual({ a: [1, null] });
    expect(await ws.fetch("x")).toEqual(new Uint8Array([1, 2, 255]));
  });

  it("take one value, which is shown, and can be stored again; and clear", async () => {
    const ws = pages.client("taken");
    await ws.store("x", { first: true });
    await ws.store("x", "second");
    const page = await pages.open("/workspaces/taken/variables/x");
    await page.getByRole("button", { name: "Take one" }).click();
    await page.getByRole("dialog").getByText("first").waitFor();
    expect(await ws.findTry("x")).toBe("second");
    await page.getByRole("button", { name: "Store it again" }).click();
    await valueLine(page, "first: true").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("dialog").getByText("2 values will be gone for good").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Clear" }).click();
    await sees(page, "2 values taken away.");
    await sees(page, "No values at present");
    expect(await ws.findTry("x")).toBeUndefined();
  });

  it("say why a value cannot be taken, which stays", async () => {
    const ws = pages.client("too large");
    await ws.store("x", new Uint8Array(16 * 2 ** 20 + 1));
    const page = await pages.open("/workspaces/too~20large/variables/x");
    await page.getByRole("button", { name: "Take one" }).click();
    await sees(page, "value 0 of variable 'x' has 16777217 bytes: too many to be taken from here");
    pages.faults.splice(0); // The browser's own line about the status 413.
    expect((await ws.fetch<Uint8Array>("x")).length).toBe(16_777_217);
  });

  it("go through many values by pages, by index and by search", async () => {
    const ws = pages.client("paged");
    await Promise.all(Array.from({ length: 1000 }, (_, i) => ws.store("x", `value ${i}`)));
    const page = await pages.open("/workspaces/paged/variables/x");
    await valueLine(page, /^value 49$/).waitFor();
    expect(await page.locator(".value-line").count()).toBe(50);
    await page.getByRole("button", { name: "Next" }).click();
    await valueLine(page, /^value 99$/).waitFor();
    await page.getByRole("button", { name: "Previous" }).click();
    await valueLine(page, /^value 0$/).waitFor();
    await page.getByLabel("From index").fill("990");
    await page.keyboard.press("Enter");
    await valueLine(page, /^value 990$/).waitFor();
    expect(await page.locator(".value-line").count()).toBe(10);
    await page.getByRole("searchbox").fill("value 77");
    await valueLine(page, /^value 777$/).waitFor();
    expect(await page.locator(".value-line").count()).toBe(11);
  });

  it("keep a value that one has opened when somebody fetches it, and all of them while they are held", async () => {
    const ws = pages.client("held");
    await ws.store("x", "read me");
    await ws.store("x", "and me");
    const page = await pages.open("/workspaces/held/variables/x");
    await valueLine(page, "read me").click();
    await page.getByLabel("The value as text").getByText("read me").waitFor();
    await ws.fetch("x");
    await page.getByText("not there any more").waitFor();
    await page.getByLabel("The value as text").getByText("read me").waitFor();
    await page.getByRole("button", { name: "Hold" }).click();
    await ws.fetch("x");
    // The page knows of it: the second is fetched. (Beside the number is a rate, for as long as there is one.)
    await page
      .locator("dt:text-is('Fetched') + dd")
      .filter({ hasText: /^2(?: |$)/ })
      .waitFor();
    await valueLine(page, "and me").waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await valueLine(page, "and me").waitFor({ state: "detached" });
  });

  it("show each kind of value in a viewer of its own", async () => {
    const ws = pages.client("viewers");
    await ws.store("x", { deep: { list: [1, { inner: "found" }] }, big: 2n ** 70n });
    await ws.store(
      "x",
      Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 1000)),
    );
    await ws.store("x", encodePng({ width: 3, height: 2, data: new Uint8Array(18), channels: 3 }));
    await ws.store("x", "name,age\nAda,36\nAlan,41\n");
    await ws.store("x", new TextEncoder().encode("<svg onload='alert(1)'></svg>"));
    await ws.store("x", "L".repeat(200_000));
    const page = await pages.open("/workspaces/viewers/variables/x");
    const opened = page.locator(".value-open");
    const open = async (index: number): Promise<void> => {
      await page.locator(".value-line").nth(index).click();
      await opened.locator(".content").waitFor();
    };
    const close = () => page.locator(".value-open .value-line").click();

    await open(0);
    await opened.locator(".tree-key", { hasText: "deep" }).waitFor();
    for (const name of ["deep", "list", "Object (1)"]) {
      await opened.locator(".tree-toggle").filter({ hasText: name }).last().click();
    }
    await opened.getByText('"found"').waitFor();
    await opened.getByText("1180591620717411303424n").last().waitFor();
    await close();

    await open(1);
    await opened.getByText("100,000").waitFor();
    await opened.locator("canvas").waitFor();
    await close();

    await open(2);
    await opened.getByText("3 × 2").waitFor();
    await close();

    await open(3);
    await opened.getByRole("columnheader", { name: "age" }).waitFor();
    await opened.getByRole("cell", { name: "Alan" }).waitFor();
    await opened.getByText("Text", { exact: true }).click();
    await opened.getByText("Ada,36").last().waitFor();
    await close();

    await open(4);
    await opened.getByText("3c 73 76 67").last().waitFor();
    expect(await opened.locator("img, object, iframe").count()).toBe(0);
    await close();

    await open(5);
    await opened.getByText("65,536 of 200,000 characters").waitFor();
    await opened.getByRole("button", { name: "Show more" }).click();
    await opened.getByText("65,536 of").waitFor({ state: "detached" });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      opened.getByRole("link", { name: "Download" }).click(),
    ]);
    expect(await readFile(await download.path(), "utf8")).toBe("L".repeat(200_000));
  });

  it("copy what one has opened, and declare the mode of a variable that only somebody waits for", async () => {
    const ws = pages.client("copied");
    await ws.store("x", { list: [1, 2n], name: "grüße" });
    const permissions = ["clipboard-read", "clipboard-write"];
    const page = await pages.open("/workspaces/copied/variables/x", { permissions });
    await page.locator(".value-line").click();
    // (It says so for a second: looked for in every frame.)
    const said = page.evaluate(`new Promise((resolve) => {
      const isSaid = () => [...document.querySelectorAll("button")].some((button) => button.textContent === "Copied");
      const look = () => (isSaid() ? resolve() : requestAnimationFrame(look));
      look();
    })`);
    await page.getByRole("button", { name: "Copy" }).click();
    await said;
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).toContain("grüße");

    const waiting = ws.fetch("y");
    await page.goto(`${pages.address}/workspaces/copied/variables/y`);
    await page.getByRole("button", { name: "Declare" }).click();
    await page.getByRole("radio", { name: "lifo" }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Declare" }).click();
    await page.locator(".heading").getByText("lifo").waitFor();
    await ws.store("y", 1);
    expect(await waiting).toBe(1);
  });

  it("say when a workspace is not there, and show it when it is made", async () => {
    const page = await pages.open("/workspaces/tomorrow/variables/x");
    await sees(page, "It is not there");
    const ws = pages.client("tomorrow");
    await ws.store("x", "good morning");
    await valueLine(page, "good morning").waitFor();
  });
});
