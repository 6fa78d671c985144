import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startServer, VERSION } from "../../src/host/index.ts";
import { chromiumPath, Pages, rowOf, sees } from "./pages.ts";

describe.skipIf(chromiumPath === undefined)("the clients' and the server's page", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages[Symbol.asyncDispose]());
  afterEach(() => expect(pages.faults).toEqual([]));

  it("show who is connected, what they do and wait for, and disconnect one", async () => {
    const ws = pages.client("owned by it");
    await ws.store("x", 1);
    const waiting = ws.fetch("never").catch((error: unknown) => String(error));
    const page = await pages.open("/clients");
    await page.getByRole("row").filter({ hasText: "fetch" }).getByRole("link").click();
    await page.getByRole("heading", { name: /^127\.0\.0\.1:\d+$/ }).waitFor();
    await rowOf(page, "never").getByRole("link", { name: "owned by it" }).waitFor();
    await page.getByRole("region", { name: "Owns (1)" }).getByText("owned by it").waitFor();
    await page.getByRole("button", { name: "Disconnect" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 waiting request of it will fail").waitFor();
    await dialog.getByText("the 1 workspace that it owns goes").waitFor();
    await dialog.getByRole("button", { name: "Disconnect" }).click();
    expect(await waiting).toMatch(/Error/);
    await sees(page, "No client is connected");
  });

  it("show the server's address, figures and charts", async () => {
    const ws = pages.client("busy");
    const page = await pages.open("/server");
    await sees(page, VERSION);
    await sees(page, `${pages.server.host}:${pages.server.port}`);
    await page.getByRole("rowheader", { name: "maxArguments" }).waitFor();
    await page.locator("canvas").nth(3).waitFor();
    expect(await page.locator("canvas").count()).toBe(4);
    await Promise.all(Array.from({ length: 100 }, (_, i) => ws.store("x", i)));
    await page.locator("dd").filter({ hasText: /^100$/ }).waitFor();
  });

  it("are found at the addresses of the original", async () => {
    await pages.client("old times").store("a b", "still here");
    for (const [query, heading] of [
      ["op=listWss", "Workspaces"],
      ["op=listVars&wsName=old+times", "old times"],
      ["op=showVar&wsName=old+times&varName=a+b", "a b"],
      ["op=listClients", "Clients"],
      ["op=showServerInfo", "Server"],
    ]) {
      const page = await pages.open(`/doit?${query}`);
      await page.getByRole("heading", { name: heading!, exact: true }).first().waitFor();
      await page.close();
    }
  });

  it("say when they are not live, and go on by themselves when the server is back", async () => {
    await using other = await Pages.start();
    const page = await other.open("/");
    await rowOf(page, "__default").waitFor();
    await page.locator("[data-state=live]").waitFor();
    const { port, webPort } = other.server;
    await other.server.stop();
    await page.locator("[data-state=lost]").waitFor();
    await rowOf(page, "__default").waitFor();
    await page.getByRole("button", { name: "Try now" }).waitFor();
    await using again = await startServer({ port, webPort: webPort! });
    // (In one step: it tries again by itself, too, and then the button is gone.)
    await page.evaluate("[...document.querySelectorAll('button')].find((b) => b.textContent === 'Try now')?.click()");
    await page.locator("[data-state=live]").waitFor();
    await other.client("after the restart", { serverPort: again.port }).store("x", 1);
    await rowOf(page, "after the restart").waitFor();
  });
});
