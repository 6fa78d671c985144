import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { changeAccessFile, createToken, type Grant } from "../../src/host/index.ts";
import { canBeStranger, type Stranger, strangerTo } from "../access/stranger.ts";
import { seriousFaults } from "./axe.ts";
import { chromiumPath, Pages, rowOf, sees } from "./pages.ts";

describe.skipIf(chromiumPath === undefined || !canBeStranger)("whoever is not known to the server", () => {
  let pages: Pages;
  let relay: Stranger;
  let address: string;
  let folder: string;
  let accessFile: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nws-login-"));
    accessFile = join(folder, "access.json");
    await writeFile(join(folder, "index.html"), "<!doctype html><title>own</title><h1>My own page</h1>");
    pages = await Pages.start({ accessFile, webPages: folder });
    relay = await strangerTo(pages.server.webPort!);
    address = `http://127.0.0.1:${relay.port}`;
    await pages.client("jobs/a").storeAll("x", ["first", "second"]);
    await pages.client("secret").store("x", 1);
  });
  afterAll(async () => {
    await relay[Symbol.asyncDispose]();
    await pages[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  // (That a request was answered 401 is an error in the console.)
  afterEach(() => expect(pages.faults.filter((fault) => !fault.includes("401"))).toEqual([]));

  /** Puts somebody on the list. */
  async function token(grant: Partial<Grant> = {}): Promise<string> {
    const made = await createToken({ name: "ann", role: "use", ...grant });
    await changeAccessFile(accessFile, (records) => [...records, made.record]);
    await pages.server.reload();
    return made.token;
  }

  async function logIn(page: Page, text: string): Promise<void> {
    await page.getByLabel("Token", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Log in" }).click();
  }

  it("logs in with a token, comes to the page that was asked for, and logs out again", async () => {
    const page = await pages.open("/workspaces/jobs~2fa/variables/x", {}, address);
    await page.getByRole("heading", { name: "Log in to NetWorkSpaces" }).waitFor();
    await sees(page, "nws token create".replace("nws", "npx networkspaces"));
    expect(await page.getByText("secret").count()).toBe(0);
    const field = page.getByLabel("Token", { exact: true });
    expect(await field.getAttribute("type")).toBe("password");
    expect(await field.getAttribute("autocomplete")).toBe("off");
    await logIn(page, "nws_what-is-none");
    await sees(page, /This is no token/);
    await logIn(page, ` ${await token()} `);
    await page.getByRole("heading", { name: "x", exact: true }).waitFor();
    await page.getByText("second").first().waitFor();
    await page.locator("[data-state=live]").waitFor();
    await sees(page, "ann");
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in to NetWorkSpaces" }).waitFor();
    // (Another page: this one may be on its way to where it was.)
    const another = await page.context().newPage();
    await another.goto(`${address}/clients`);
    await another.getByRole("heading", { name: "Log in to NetWorkSpaces" }).waitFor();
    await another.close();
    await page.close();
  });

  it.each(["light", "dark"] as const)("can use the page where one logs in, in %s", async (colorScheme) => {
    const page = await pages.open("/", { colorScheme, viewport: { width: 360, height: 740 } }, address);
    await logIn(page, "nws_what-is-none");
    await sees(page, /This is no token/);
    expect(await seriousFaults(page)).toEqual([]);
    const tooWide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(tooWide)).toBe(0);
    await logIn(page, await token({ name: "somebody with quite a long name", role: "admin" }));
    await rowOf(page, "jobs/a").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.evaluate(tooWide)).toBe(0);
    // All of the header is there to be clicked.
    for (const name of ["Open the menu", "Log out", /^Change to the/]) {
      const { x, width } = (await page.getByRole("button", { name }).boundingBox())!;
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(360);
    }
    await page.close();
  });

  it("sees no buttons for what a role does not allow", async () => {
    const page = await pages.open("/", {}, address);
    await logIn(page, await token({ name: "rita", role: "read" }));
    await rowOf(page, "jobs/a").waitFor();
    const buttons = async (): Promise<(string | null)[]> => {
      const all = await page.locator("main").getByRole("button").all();
      return Promise.all(all.map(async (each) => (await each.getAttribute("aria-label")) ?? each.textContent()));
    };
    expect((await buttons()).filter((text) => /new|delete|declare/i.test(text ?? ""))).toEqual([]);
    await page.getByRole("link", { name: "jobs/a" }).click();
    await rowOf(page, "fifo").waitFor();
    expect((await buttons()).filter((text) => /delete|declare/i.test(text ?? ""))).toEqual([]);
    await rowOf(page, "fifo").getByRole("link").click();
    await page.getByText("second").first().waitFor();
    expect((await buttons()).filter((text) => /store|take|clear|delete/i.test(text ?? ""))).toEqual([]);
    await page.goto(`${address}/clients`);
    await rowOf(page, "owner").first().waitFor();
    expect((await buttons()).filter((text) => /disconnect/i.test(text ?? ""))).toEqual([]);
    await rowOf(page, "owner").first().getByRole("link").click();
    await sees(page, "Protocol");
    expect((await buttons()).filter((text) => /disconnect/i.test(text ?? ""))).toEqual([]);
    await page.close();
  });

  it("sees the workspaces that a token is for, and no pages about others", async () => {
    const page = await pages.open("/", {}, address);
    await logIn(page, await token({ workspaces: ["jobs/*"] }));
    await rowOf(page, "jobs/a").waitFor();
    expect(await page.getByText("secret").count()).toBe(0);
    await sees(page, "1 workspace");
    expect(await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents()).toEqual([
      "Workspaces",
      "Sleighs",
      "Server",
    ]);
    expect(await rowOf(page, "jobs/a").getByRole("link").count()).toBe(1);
    await page.getByRole("link", { name: "Server" }).click();
    await sees(page, "The sums are of the workspaces that you may see");
    expect(await page.locator("canvas").count()).toBe(0);
    await page.close();
  });

  it("is asked again when the token is taken back while a page is open", async () => {
    const page = await pages.open("/workspaces/jobs~2fa", {}, address);
    const text = await token({ name: "soon gone" });
    await logIn(page, text);
    await rowOf(page, "fifo").waitFor();
    await page.locator("[data-state=live]").waitFor();
    await changeAccessFile(accessFile, (records) => records.filter(({ name }) => name !== "soon gone"));
    await pages.server.reload();
    await page.getByRole("heading", { name: "Log in to NetWorkSpaces" }).waitFor();
    expect(await page.getByText("jobs/a").count()).toBe(0);
    await logIn(page, text);
    await sees(page, /not known here, was taken back, or has expired/);
    await logIn(page, await token());
    await page.getByRole("heading", { name: "jobs/a" }).waitFor();
    await page.close();
  });

  it("logs in where a page of the user's own was asked for, and then sees that", async () => {
    const page = await pages.open("/pages/", {}, address);
    await logIn(page, await token({ role: "read" }));
    await page.getByRole("heading", { name: "My own page" }).waitFor();
    await page.close();
  });

  it("is, as the server's own user on the same machine, known without a token", async () => {
    const page = await pages.open("/");
    await rowOf(page, "secret").waitFor();
    await sees(page, "owner");
    expect(await page.getByRole("button", { name: "Log out" }).count()).toBe(0);
    await page.close();
  });
});
