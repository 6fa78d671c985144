import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { linesOfExample } from "./run-example.ts";

const pages = new URL("../../docs/how-to/", import.meta.url);
const examples = new URL("../../examples/", import.meta.url);

/** A block of a page that shows a file of an example: its fence line, the file's name, its text. */
const shownFile = /^(```js [^\n]*\bfile=(\S+)[^\n]*\n)(.*?)^```$/gms;

const names = (await readdir(pages)).filter((file) => file !== "README.md").map((file) => file.replace(/\.md$/, ""));

describe("the how-to pages", () => {
  // UPDATE_PAGES=1 writes the programs of the examples into the pages.
  it.each(names)("%s: shows the programs of its example, all of them, as they are", async (name) => {
    const folder = new URL(`${name}/`, examples);
    const file = new URL(`${name}.md`, pages);
    let page = await readFile(file, "utf8");
    const shown = new Map([...page.matchAll(shownFile)].map(([, , program = "", text = ""]) => [program, text]));
    const programs = (await readdir(folder)).filter((program) => program.endsWith(".mjs"));
    expect([...shown.keys()].sort()).toEqual(programs.sort());
    for (const program of programs) {
      const text = await readFile(new URL(program, folder), "utf8");
      if (process.env["UPDATE_PAGES"] === "1") {
        page = page.replace(shownFile, (block, fence: string, of: string) =>
          of === program ? `${fence}${text}\`\`\`` : block,
        );
        await writeFile(file, page);
      } else {
        expect(shown.get(program)).toBe(text);
      }
    }
  });

  it("are all in their index, which has no others", async () => {
    const index = await readFile(new URL("README.md", pages), "utf8");
    const listed = [...index.matchAll(/\]\(([\w-]+)\.md\)/g)].map(([, name]) => name);
    expect(listed.sort()).toEqual(names.sort());
  });
});

describe("the examples of the how-to pages", () => {
  it("work-queue: a job that cannot be done has an outcome, too", async () => {
    expect(await linesOfExample("work-queue")).toEqual([
      "job 1: 6 words",
      "job 2: 4 words",
      "job 3: TypeError: there is no text",
    ]);
  });

  it("lock: who took too long moves nothing", async () => {
    const lines = await linesOfExample("lock");
    // Of each fence the first position is read, and the second one moved to.
    const positions = lines.flatMap((line) => /^fence \d+: the pen is at (\d+)$/.exec(line)?.[1] ?? []).map(Number);
    const reads = new Set(lines.flatMap((line) => /^fence (\d+): the pen is at/.exec(line)?.[1] ?? [])).size;
    expect(lines.at(-1)).toBe(`the pen is at ${positions.length - reads}`);
    // (Refused, unless the others came so late that its move still counted. The lock is lost in either case.)
    expect(lines).toContainEqual(expect.stringMatching(/^fence 1: .*(is older than|is not held)/));
  });

  it("broadcast: all hear all, those who come late too", async () => {
    expect(await linesOfExample("broadcast")).toEqual(
      expect.arrayContaining(["Ann has heard 20.1, 20.7, 21.9", "Bob has heard 20.1, 20.7, 21.9"]),
    );
  });

  it("pipeline: everything comes out, in order", async () => {
    const degrees = Array.from({ length: 21 }, (_, i) => 5 * i);
    expect(await linesOfExample("pipeline")).toEqual([degrees.join(" ")]);
  });

  it("rpc: answers come to who asked, errors too", async () => {
    expect(await linesOfExample("rpc")).toEqual(["5", "[ 1, 2, 3 ]", "true no root of -1"]);
  });

  it("leader-election: one of three is elected", async () => {
    const lines = await linesOfExample("leader-election");
    expect(lines.at(-1)).toMatch(/^(Ann|Bob|Eve) was elected, in term \d+$/);
  });
});
