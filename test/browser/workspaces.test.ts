import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, Pages, rowOf, sees } from "./pages.ts";

describe.skipIf(chromiumPath === undefined)("the workspaces' page", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages[Symbol.asyncDispose]());
  afterEach(() => expect(pages.faults).toEqual([]));

  it("shows what programs have made, and what they do, without being loaded again", async () => {
    const orders = pages.client("orders/europe");
    await orders.store("new", "one");
    const page = await pages.open("/");
    const row = rowOf(page, "orders/europe");
    await row.getByText("with owner").waitFor();
    expect(await row.textContent()).toMatch(/127\.0\.0\.1:\d+ \(.+\)/);
    await page.getByRole("row").filter({ hasText: "__default" }).getByText("persistent").waitFor();

    await orders.store("more", 1);
    await orders.store("more", 2);
    await row.getByRole("cell").nth(4).filter({ hasText: /^3$/ }).waitFor();
    await pages.client("made later").store("x", 1);
    await rowOf(page, "made later").waitFor();
  });

  it("searches, and sorts by what one clicks on", async () => {
    const many = pages.client("sorted/many");
    await pages.client("sorted/few").store("x", 1);
    await Promise.all(Array.from({ length: 20 }, (_, i) => many.store("x", i)));
    const page = await pages.open("/");
    await rowOf(page, "sorted/few").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("SORTED");
    await sees(page, /^2 workspaces$/);
    expect(await page.locator(".table-row [role=cell]:first-child").allTextContents()).toEqual([
      "sorted/few",
      "sorted/many",
    ]);
    await page.getByRole("button", { name: "Values" }).click();
    await page.getByRole("columnheader", { name: "Values" }).and(page.locator("[aria-sort=descending]")).waitFor();
    await page.locator('[data-index="0"]').filter({ hasText: "sorted/many" }).waitFor();
    await page.getByRole("searchbox").press("Escape");
    await rowOf(page, "__default").waitFor();
    await page.getByRole("searchbox").fill("there is no such thing");
    await sees(page, "No workspace has that in its name");
  });

  it("shows names as a tree, cut at a character that one chooses", async () => {
    await pages.client("tree.a.b").store("x", 1);
    await pages.client("tree.a.c").store("x", 1);
    const page = await pages.open("/");
    await page.getByText("Tree .").click();
    await page.getByRole("button", { name: /^tree\./ }).click();
    await page.getByRole("button", { name: /^a\./ }).click();
    await page.getByRole("link", { name: "c", exact: true }).click();
    await page.getByRole("heading", { name: "tree.a.c" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Workspaces" }).waitFor();
  });

  it("makes a workspace, and says why it could not", async () => {
    const page = await pages.open("/");
    await page.getByRole("button", { name: "New workspace" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("no\ttabs");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("dialog").getByRole("alert").waitFor();
    pages.faults.splice(0); // The browser's own line about the status 4xx.
    await page.getByRole("textbox", { name: "Name" }).fill("made/by hand");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "made/by hand" }).waitFor();
    await sees(page, "No variables yet");
    const user = pages.client("made/by hand", { useUse: true, create: false });
    await user.store("x", 1);
    await rowOf(page, "x").waitFor();
  });

  it("deletes a workspace after saying what goes", async () => {
    const doomed = pages.client("doomed");
    await doomed.store("x", 1);
    await doomed.store("x", 2);
    const waiting = doomed.fetch("never").then(
      () => "came",
      (error: unknown) => String(error),
    );
    const page = await pages.open("/");
    await rowOf(page, "doomed").getByRole("cell").nth(6).filter({ hasText: "1" }).waitFor();
    await page.getByRole("button", { name: "Delete workspace doomed" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("2 variables with 2 values go for good. 1 request of clients waits there").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Delete workspace doomed" }).click();
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await rowOf(page, "doomed").waitFor({ state: "detached" });
    await sees(page, "Workspace 'doomed' is deleted.");
    expect(await waiting).toContain("deleted");
  });
});
