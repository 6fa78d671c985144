import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import MarkdownIt from "markdown-it";
import type Token from "markdown-it/lib/token.mjs";

/** The folder of the repository. */
export const root = join(import.meta.dirname, "..", "..");

export interface Heading {
  readonly level: number;
  readonly text: string;
  /** What a link to it has behind the `#`, by GitHub's rule. */
  readonly anchor: string;
}

export interface Link {
  readonly line: number;
  /** As it is written. */
  readonly href: string;
}

/** A Markdown page of the repository, taken apart. */
export class Page {
  /** From the folder of the repository: `docs/tls.md`. */
  readonly path: string;
  readonly text: string;
  readonly tokens: readonly Token[];

  constructor(path: string) {
    this.path = path;
    this.text = readFileSync(join(root, path), "utf8");
    this.tokens = new MarkdownIt({ html: true }).parse(this.text, {});
  }

  get headings(): Heading[] {
    const taken = new Map<string, number>();
    return this.tokens.flatMap((token, index) => {
      if (token.type !== "heading_open") {
        return [];
      }
      const text = plainText(this.tokens[index + 1]!);
      const plain = text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-");
      const count = taken.get(plain) ?? 0;
      taken.set(plain, count + 1);
      return [{ level: Number(token.tag.slice(1)), text, anchor: count === 0 ? plain : `${plain}-${count}` }];
    });
  }

  /** Links and images. */
  get links(): Link[] {
    return this.tokens.flatMap((token) =>
      (token.children ?? []).flatMap((child) => {
        const href = child.attrGet("href") ?? child.attrGet("src");
        return href === null ? [] : [{ line: lineOf(token), href: decodeURI(href) }];
      }),
    );
  }

  /** The text under a heading, with that of the headings below it; all of the page's until the first heading, for "". */
  section(heading: string): string {
    const opens = this.tokens.filter(({ type, level }) => type === "heading_open" && level === 0);
    const lines = this.text.split("\n");
    const index = opens.findIndex((open) => plainText(this.tokens[this.tokens.indexOf(open) + 1]!) === heading);
    const open = opens[index];
    if (open === undefined) {
      throw new Error(`${this.path} has no heading '${heading}'`);
    }
    const next = opens.slice(index + 1).find(({ tag }) => tag <= open.tag);
    return lines.slice(open.map![1], next?.map![0]).join("\n");
  }

  /** Where a relative link leads to, from the folder of the repository. */
  resolve(href: string): string {
    return posix.normalize(posix.join(dirname(this.path), href));
  }
}

/** The line on which a token begins, from 1. */
export function lineOf(token: Token): number {
  return (token.map?.[0] ?? 0) + 1;
}

/** The rows of the tables of a text, without their heads: their cells as they are written, without the backquotes around a whole cell. */
export function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let isBody = false;
  for (const { type, content } of new MarkdownIt().parse(text, {})) {
    if (type === "tbody_open" || type === "tbody_close") {
      isBody = type === "tbody_open";
    } else if (type === "tr_open" && isBody) {
      rows.push([]);
    } else if (type === "inline" && isBody) {
      rows.at(-1)!.push(content.replace(/^`([^`]*)`$/, "$1"));
    }
  }
  return rows;
}

/** All pages that are Markdown, by folder. Those of folders that git does not keep are not among them. */
export function pagesIn(...places: readonly string[]): Page[] {
  return places.flatMap((place) => {
    const names = place.endsWith(".md")
      ? [place]
      : readdirSync(join(root, place), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
          .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    return names.sort().map((name) => new Page(name));
  });
}

/** What a user reads. */
export const documentation: readonly Page[] = pagesIn("README.md", "docs");

function plainText(inline: Token): string {
  return (inline.children ?? []).map(({ content }) => content).join("");
}
