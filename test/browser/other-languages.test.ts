import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { specimensOf } from "../codec/foreign/fixtures.ts";
import { hasPython } from "../conformance/python-suite.ts";
import { untilWaiting } from "../client/support.ts";
import { chromiumPath, Pages, sees } from "./pages.ts";
import { Programs } from "./programs.ts";

const MATLAB_DOUBLES = (2 << 24) | 3 | (2 << 4) | (3 << 8);
const R = 3 << 24;
const PERL = 4 << 24;

describe.skipIf(chromiumPath === undefined)("the values of programs in other languages", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages[Symbol.asyncDispose]());
  afterEach(() => expect(pages.faults).toEqual([]));

  /** Stores bytes as a program of that language would. */
  async function store(workspace: string, descriptor: number, bytes: Uint8Array): Promise<void> {
    await pages.client(workspace).declare("x", "fifo");
    const response = await fetch(`${pages.address}/api/workspaces/${workspace}/variables/x/values`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ descriptor, bytes: Buffer.from(bytes).toString("base64") }),
    });
    expect(response.status).toBe(200);
  }

  async function openFirst(workspace: string): Promise<Page> {
    const page = await pages.open(`/workspaces/${workspace}/variables/x`);
    await page.locator(".value-line").first().click();
    return page;
  }

  it.skipIf(!hasPython())("are readable when a Python program has pickled them", async () => {
    await using programs = new Programs(pages.server.port);
    const page = await pages.open("/workspaces/python/variables/x");
    await sees(page, "It is not there");
    await programs.python("python", [
      "import datetime, decimal, pickle",
      "from networkspaces import Serialized",
      "value = {'id': 7, 'who': ('Ada', None), 'price': decimal.Decimal('1.50'), 'due': datetime.date(2026, 12, 24)}",
      "ws.store('x', Serialized(1 << 24, pickle.dumps(value, protocol=2)))",
    ]);
    const line = page.locator(".value-line").first();

    await line.getByText('"id": 7').waitFor();
    await line.getByText("Python").waitFor();
    await line.click();
    const opened = page.locator(".value-open");
    await opened.locator(".tree-key", { hasText: "who" }).waitFor();
    await opened.locator(".tree-toggle").filter({ hasText: "who" }).last().click();
    await opened.getByText('"Ada"').first().waitFor();
    await opened.getByText(/1\.50/).first().waitFor();
    await opened
      .getByText(/2026-12-24/)
      .first()
      .waitFor();
  });

  it("are readable when R has serialized them", async () => {
    const list = specimensOf("r").find(({ name }) => name === "data frame" || name === "list")!;
    await store("r", R, list.bytes);
    const page = await openFirst("r");
    await page.locator(".value-open").locator(".tree-key, table").first().waitFor();
    await page.locator(".value-open").getByText("Hex", { exact: true }).click();
    await page
      .locator(".value-open")
      .getByText(/^58 0a/)
      .waitFor();
  });

  it("are a plot and numbers when they are arrays of MATLAB", async () => {
    const doubles = Float64Array.from({ length: 500 }, (_, i) => Math.sqrt(i));
    await store("matlab", MATLAB_DOUBLES, new Uint8Array(doubles.buffer));
    const page = await openFirst("matlab");
    await page.locator(".value-open canvas").waitFor();
    await page.locator(".value-open").getByText("500", { exact: true }).waitFor();
  });

  it("are asked of their language's babelfish, and until one runs the page says how to start it", async () => {
    await store("perl", PERL, new Uint8Array([4, 11, 8, 49]));
    const page = await openFirst("perl");
    await sees(page, "Start a Perl babelfish, then open the value again");
    pages.faults.splice(0); // The browser's own line about the status 404.
    const fish = pages.client("Perl babelfish");
    const food = fish.fetch("food").catch(() => undefined);
    await untilWaiting(fish, "food", 1);
    await page.locator(".value-line").first().click();
    await page.locator(".value-open").waitFor({ state: "detached" });
    await page.locator(".value-line").first().click();
    await food;
    await fish.store("doof", "what Perl says");
    await page.getByLabel("The value as text").getByText("what Perl says").waitFor();
  });
});
