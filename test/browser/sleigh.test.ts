import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Sleigh } from "../../src/sleigh/index.ts";
import { offerByHand } from "../../src/sleigh/launchers/index.ts";
import { chromiumPath, Pages, rowOf, sees } from "./pages.ts";

function work(i: number): number {
  if (i === 7) {
    throw new Error("seven <b>is</b> too many");
  }
  if (i === 3) {
    process.stdout.write(`<i>task</i> ${i}\n`);
  }
  return i;
}

describe.skipIf(chromiumPath === undefined)("the sleighs' pages", () => {
  let pages: Pages;
  let sleigh: Sleigh;
  beforeAll(async () => {
    pages = await Pages.start();
    sleigh = new Sleigh({
      workerCount: 2,
      nwsHost: "127.0.0.1",
      nwsPort: pages.server.port,
      onOutput: () => undefined,
      onWarning: () => undefined,
    });
    await sleigh.status({ timeout: 20_000 });
  });
  afterAll(async () => {
    await sleigh.stop();
    await pages[Symbol.asyncDispose]();
  });
  afterEach(() => expect(pages.faults).toEqual([]));

  it("show who works on what, what is printed and what fails, live", async () => {
    const page = await pages.open("/sleighs");
    await page.getByRole("link", { name: sleigh.nws.name }).click();
    await sees(page, "Workers (2)");
    for (const { pid } of await sleigh.workerInfo()) {
      await rowOf(page, String(pid)).getByText("alive").waitFor();
    }
    await sees(page, "No task has come back yet.");

    const tasks = Array.from({ length: 20 }, (_, i) => i);
    await sleigh.eachElem(work, tasks, [], { onError: "return" });
    await rowOf(page, "work")
      .getByText(/(?:done|failed)/)
      .first()
      .waitFor();
    await page.getByRole("img", { name: /chunks? of tasks on \d workers?/ }).waitFor();
    await page.getByRole("region", { name: "Output" }).last().getByText("<i>task</i> 3").waitFor();
    await page.getByText("seven <b>is</b> too many").first().waitFor();
  });

  it("are linked from the sleigh's workspace", async () => {
    const page = await pages.open(`/workspaces/${sleigh.nws.name}`);
    await page.getByRole("link", { name: "Sleigh monitor" }).click();
    await sees(page, "Workers (2)");
  });

  it("show the command to paste, and tell that all workers are started", async () => {
    const ride = pages.client("ride by hand");
    const started = offerByHand(ride, "npx networkspaces worker --sleigh='a b'");
    const page = await pages.open("/sleighs/ride~20by~20hand");
    await sees(page, "npx networkspaces worker --sleigh='a b'");
    await page.getByRole("button", { name: "All workers are started" }).click();
    await page.getByRole("button", { name: "All are started" }).click();
    await started;
    await page.getByText("This sleigh waits for its workers").waitFor({ state: "detached" });
  });
});
