import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentation, pagesIn } from "./markdown.ts";
import { type Block, blocksOf } from "./run/block.ts";
import { Installation } from "./run/installation.ts";
import { PageRun } from "./run/page-run.ts";
import { typeFaults } from "./run/type-check.ts";

/** A page as a whole: on a busy machine a worker takes seconds to start. */
const longestMs = 300_000;

test.each(pagesIn("README.md", "docs", "CONTRIBUTING.md", "CHANGELOG.md", "examples"))(
  "the blocks of $path are written by the rule",
  (page) => void blocksOf(page),
);

// The blocks of the shell need one that is like sh.
describe.skipIf(process.platform === "win32")("with the packed package, in an empty folder", () => {
  const installation = new Installation();
  beforeAll(() => installation.install(), 60_000);
  afterAll(() => installation[Symbol.dispose](), 60_000);

  const pages = documentation
    .map(({ path }, index) => ({ path, blocks: tried(() => blocksOf(documentation[index]!)) }))
    .filter(({ blocks }) => blocks.length > 0);

  test.concurrent("the compiler accepts what is TypeScript", { timeout: longestMs }, async () => {
    const faults = await typeFaults(
      installation.folder,
      pages.flatMap(({ blocks }) => blocks),
    );
    expect(faults, faults).toBe("");
  });

  const run = pages.filter(({ blocks }) => blocks.some(({ kind }) => kind === "run" || kind === "background"));
  test.concurrent.each(run)("what $path says is so", { timeout: longestMs }, async ({ path, blocks }) => {
    await using page = await PageRun.begin(installation.folder, path.replaceAll(/[^\w]/g, "-"));
    for (const block of blocks) {
      const reason = await page.run(block);
      if (reason !== undefined) {
        process.stderr.write(`${path}:${block.line} is not run: ${reason}\n`);
      }
    }
    await page.check();
  });
});

/** Pages that are not written by the rule have a test that says so. */
function tried(read: () => Block[]): Block[] {
  try {
    return read();
  } catch {
    return [];
  }
}
