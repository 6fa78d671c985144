import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as door from "../../src/sleigh/index.ts";
import { Imap } from "../../src/sleigh/imap.ts";
import { SleighPending } from "../../src/sleigh/pending.ts";
import { Sleigh } from "../../src/sleigh/sleigh.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const guide = read("docs/sleigh.md");
const launching = read("docs/launching-workers.md");

/** The text of a page from a heading to the next one. */
function section(page: string, heading: string): string {
  const [, rest] = page.split(`\n## ${heading}\n`);
  expect(rest, heading).toBeDefined();
  return rest!.split("\n## ")[0]!;
}

/** The names in the first column of the tables, each in backquotes. */
function firstColumn(text: string): string[] {
  return [...text.matchAll(/^\| ((?:`[\w]+`(?:, )?)+) +\|/gm)]
    .flatMap(([, cell = ""]) => cell.split(", "))
    .map((name) => name.replaceAll("`", ""));
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
  expect(firstColumn(section(guide, "Options of a sleigh")).sort()).toEqual(real.sort());
});

test("docs/sleigh.md has every option of a call, and no other", () => {
  const page = section(guide, "Options of a call");
  const real = membersOf("src/sleigh/options.ts", "CallOptions", "FeedOptions");
  expect(firstColumn(page).sort()).toEqual(real.sort());
  const [, last = ""] = /^(For `eachElem` alone: .*?)\n$/ms.exec(page) ?? [];
  const named = [...last.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name).filter((name) => !name.startsWith("each"));
  const own = membersOf("src/sleigh/options.ts", "EachElemOptions", "EachWorkerOptions");
  expect(named.sort()).toEqual(own.sort());
});

test("docs/launching-workers.md has every option of launching, and no other", () => {
  const page = section(launching, "Which workers");
  const ofNodes = membersOf("src/sleigh/launchers/launch-options.ts", "NodeOptions");
  expect(firstColumn(page).sort()).toEqual(ofNodes.sort());
  for (const name of membersOf("src/sleigh/launchers/launch-options.ts", "LaunchOptions")) {
    expect(`${page}${guide}`).toContain(`\`${name}\``);
  }
});

test.each([Sleigh, SleighPending, Imap])("docs/sleigh.md names every method of $name", ({ name, prototype }) => {
  const promiseOrIterator = ["constructor", "then", "catch", "finally", "next", "return"];
  const methods = Object.getOwnPropertyNames(prototype).filter((method) => !promiseOrIterator.includes(method));
  expect(methods.length).toBeGreaterThan(4);
  const missing = methods.filter((method) => !new RegExp(`[\`.]${method}\\b`).test(guide));
  expect({ name, missing }).toEqual({ name, missing: [] });
});

test("docs/sleigh.md has every global of the workers, and no other", () => {
  const source = read("src/sleigh/worker/context.ts");
  const real = [...source.matchAll(/^ {2}var (\w+):/gm)].map(([, name = ""]) => name);
  expect(firstColumn(section(guide, "What tasks know")).sort()).toEqual(real.sort());
});

test("docs/errors.md has every error of a sleigh with the class that it extends, and no other", () => {
  const rows = [
    ...section(read("docs/errors.md"), "Errors of a sleigh").matchAll(/^\| `([A-Z]\w+)` +\| `(\w+)` +\|/gm),
  ];
  const real = Object.entries(door).filter(([name]) => name.endsWith("Error"));
  const known = real.map(([name, each]) => [name, (Object.getPrototypeOf(each) as { name: string }).name]);
  expect(rows.map(([, name, base]) => [name, base]).sort()).toEqual(known.sort());
});

test("docs/errors.md has every code of a sleigh, and no other", () => {
  const documented = firstColumn(section(read("docs/errors.md"), "Errors of a sleigh")).filter((name) =>
    /^[a-z]/.test(name),
  );
  const [, union = ""] = /^export type SleighErrorCode =(.*?);/ms.exec(read("src/sleigh/errors.ts")) ?? [];
  const ofShipping = read("src/sleigh/shipping/errors.ts").matchAll(/readonly code = "(\w+)"/g);
  const known = [...union.matchAll(/"(\w+)"/g), ...ofShipping].map(([, code]) => code);
  expect(documented.sort()).toEqual(known.sort());
});

test("the pages of Sleigh lead to pages and headings that exist", () => {
  for (const [from, page] of Object.entries({ guide, launching, shipping: read("docs/shipping-functions.md") })) {
    for (const [, path = "", anchor] of page.matchAll(/\]\((?!http)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = path === "" ? page : read(`docs/${path}`);
      const anchors = [...target.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-"),
      );
      if (anchor !== undefined) {
        expect(anchors, `${from}: ${path}#${anchor}`).toContain(anchor);
      }
    }
  }
});
