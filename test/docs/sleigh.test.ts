import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Imap } from "../../src/sleigh/imap.ts";
import { SleighPending } from "../../src/sleigh/pending.ts";
import { Sleigh } from "../../src/sleigh/sleigh.ts";
import { Page, root, rowsOf } from "./markdown.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const guide = new Page("docs/sleigh.md");
const launching = new Page("docs/launching-workers.md");

/** The names in the first column of the tables of a section. */
function firstColumn(page: Page, heading: string): string[] {
  return rowsOf(page.section(heading)).flatMap(([cell = ""]) => cell.replaceAll("`", "").split(", "));
}

/** The members of interfaces of a source file, those that they inherit left out. */
function membersOf(path: string, ...interfaces: string[]): string[] {
  const source = read(path);
  return interfaces.flatMap((name) => {
    const [, body] =
      new RegExp(`^export interface ${name}(?:<.*?>)?(?: extends .*?)? \\{\\n(.*?)^\\}`, "ms").exec(source) ?? [];
    expect(body, name).toBeDefined();
    return [...body!.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member = ""]) => member);
  });
}

test("docs/sleigh.md has every option of a sleigh, and no other", () => {
  const real = membersOf("src/sleigh/options.ts", "SleighOptions");
  expect(firstColumn(guide, "Options of a sleigh").sort()).toEqual(real.sort());
});

test("docs/sleigh.md has every option of a call, and no other", () => {
  const page = guide.section("Options of a call");
  const real = membersOf("src/sleigh/options.ts", "CallOptions", "FeedOptions");
  expect(firstColumn(guide, "Options of a call").sort()).toEqual(real.sort());
  const [, last = ""] = /^(For `eachElem` alone: .*?)\n$/ms.exec(page) ?? [];
  const named = [...last.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name).filter((name) => !name.startsWith("each"));
  const own = membersOf("src/sleigh/options.ts", "EachElemOptions", "EachWorkerOptions");
  expect(named.sort()).toEqual(own.sort());
});

test("docs/launching-workers.md has every option of launching, and no other", () => {
  const ofNodes = membersOf("src/sleigh/launchers/launch-options.ts", "NodeOptions");
  expect(firstColumn(launching, "Which workers").sort()).toEqual(ofNodes.sort());
  for (const name of membersOf("src/sleigh/launchers/launch-options.ts", "LaunchOptions")) {
    expect(`${launching.text}${guide.text}`).toContain(`\`${name}\``);
  }
});

test.each([Sleigh, SleighPending, Imap])("docs/sleigh.md names every method of $name", ({ name, prototype }) => {
  const promiseOrIterator = ["constructor", "then", "catch", "finally", "next", "return"];
  const methods = Object.getOwnPropertyNames(prototype).filter((method) => !promiseOrIterator.includes(method));
  expect(methods.length).toBeGreaterThan(4);
  const missing = methods.filter((method) => !new RegExp(`[\`.]${method}\\b`).test(guide.text));
  expect({ name, missing }).toEqual({ name, missing: [] });
});

test("docs/sleigh.md has every global of the workers, and no other", () => {
  const source = read("src/sleigh/worker/context.ts");
  const real = [...source.matchAll(/^ {2}var (\w+):/gm)].map(([, name = ""]) => name);
  expect(firstColumn(guide, "What tasks know").sort()).toEqual(real.sort());
});

test("docs/launching-workers.md has every argument of a worker with its variable, and no other", () => {
  const source = read("src/sleigh/launchers/worker-settings.ts");
  const real = new Set(source.match(/\bNWS_WORKER_[A-Z_]+[A-Z]\b/g));
  const rows = rowsOf(launching.section("Your own launcher"));
  expect(rows.map(([, variable]) => variable).sort()).toEqual([...real].sort());
});
