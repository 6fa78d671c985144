import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, Pages } from "./pages.ts";

const folder = fileURLToPath(new URL("../../examples/browser-chat/page", import.meta.url));

describe.skipIf(chromiumPath === undefined)("a page of the user's own, with nothing but a script tag", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start({ webPages: folder });
  });
  afterAll(() => pages[Symbol.asyncDispose]());
  afterEach(() => expect(pages.faults).toEqual([]));

  async function say(page: Page, from: string, text: string): Promise<void> {
    await page.getByLabel("Your name").fill(from);
    await page.getByLabel("Message", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Say" }).click();
  }

  /** Waits until there are so many messages. */
  async function messagesOf(page: Page, count: number): Promise<string[]> {
    const items = page.getByRole("listitem");
    await items.nth(count - 1).waitFor();
    return items.allTextContents();
  }

  it("shares a workspace with other pages, and with programs", async () => {
    const ada = await pages.open("/pages/");
    await say(ada, "Ada", "Is anybody there?");
    const bob = await pages.open("/pages/index.html");
    expect(await messagesOf(bob, 1)).toEqual(["Ada: Is anybody there?"]);
    await say(bob, "Bob", "I am.");
    expect(await messagesOf(ada, 2)).toEqual(["Ada: Is anybody there?", "Bob: I am."]);

    const program = pages.client("chat", { useUse: true });
    expect(await program.find("messages")).toEqual({ from: "Ada", text: "Is anybody there?" });
    await program.store("messages", { from: "a program", text: "So am I." });
    expect((await messagesOf(ada, 3))[2]).toBe("a program: So am I.");
    expect((await messagesOf(bob, 3))[2]).toBe("a program: So am I.");
  });

  it("shows what others say as text, and runs nothing of it", async () => {
    const program = pages.client("chat", { useUse: true });
    await program.deleteVar("messages").catch(() => undefined);
    const [ada, bob] = [await pages.open("/pages/"), await pages.open("/pages/")];
    const hostile = `<img src="/none" onerror="document.title='hit'"><script>document.title='hit'</script>`;
    await say(ada, "<b>Eve</b>", hostile);
    expect(await messagesOf(bob, 1)).toEqual([`<b>Eve</b>: ${hostile}`]);
    for (const page of [ada, bob]) {
      expect(await page.locator("li *").count()).toBe(0);
      expect(await page.title()).toBe("Chat");
    }
    await program.store("messages", null);
    expect(await messagesOf(bob, 2)).toHaveLength(2);
  });
});
