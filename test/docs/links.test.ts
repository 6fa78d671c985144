import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Page, pagesIn, root } from "./markdown.ts";

const pages = pagesIn("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "examples");

/** What a link of a page to another place of this repository lacks; `undefined` when it leads there. */
function lack(page: Page, href: string): string | undefined {
  const [path = "", anchor] = href.split("#");
  const target = path === "" ? page.path : page.resolve(path);
  if (!existsSync(join(root, target))) {
    return `there is no ${target}`;
  }
  if (anchor === undefined || statSync(join(root, target)).isDirectory() || !target.endsWith(".md")) {
    return undefined;
  }
  const { headings } = new Page(target);
  return headings.some((heading) => heading.anchor === anchor) ? undefined : `${target} has no heading for #${anchor}`;
}

test.each(pages)("the links of $path lead to files and headings that exist", (page) => {
  const inside = page.links.filter(({ href }) => !/^[a-z]+:/i.test(href));
  const broken = inside.flatMap(({ line, href }) => {
    const what = lack(page, href);
    return what === undefined ? [] : [`${page.path}:${line}: ${href}: ${what}`];
  });
  expect(broken).toEqual([]);
});
