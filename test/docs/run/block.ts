import { lineOf, type Page } from "../markdown.ts";

/**
 * A block of code of a page. What stands behind the language says what becomes of it:
 *
 * - nothing: a program or commands, run to the end, which must be a good one
 * - `background`: goes on while the blocks below it are run
 * - `not-run="reason"`: cannot be run here. Programs in TypeScript are checked by the compiler all the same
 * - `fragment`: TypeScript that is no program, checked by the compiler only
 * - `file=NAME`: the file that it is, in the folder of the page's blocks
 * - `text output`: what the block before it prints; `…` stands for anything
 */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly kind: "run" | "background" | "not-run" | "fragment" | "data";
  readonly file: string | undefined;
  readonly output: string | undefined;
}

/** Languages in which blocks are run. */
export const runLanguages = ["ts", "js", "sh", "python", "r"] as const;

/** Languages of blocks that are looked at. */
const dataLanguages = ["text", "json", "yaml", "toml", "ini", "html", "css", "dockerfile", "promql"];

/** The blocks of a page. Throws when one is not written as the rule wants it; the sentence names page and line. */
export function blocksOf(page: Page): Block[] {
  const blocks: Block[] = [];
  for (const [index, token] of page.tokens.entries()) {
    const at = `${page.path}:${lineOf(token)}`;
    if (token.type === "code_block") {
      throw new Error(`${at}: this block is indented; fence it, with a language`);
    }
    if (token.type !== "fence") {
      continue;
    }
    const [language = "", ...words] = token.info.match(/[\w-]+="[^"]*"|\S+/g) ?? [];
    const attributes = new Map(
      words.map((word) => {
        const [, name = word, value = ""] = /^([\w-]+)="?(.*?)"?$/.exec(word) ?? [];
        return [name, value];
      }),
    );
    const take = (name: string): string | undefined => {
      const value = attributes.get(name);
      attributes.delete(name);
      return value;
    };
    if (take("output") !== undefined) {
      const last = blocks.pop();
      if (page.tokens[index - 1]?.type !== "fence" || last === undefined || last.output !== undefined) {
        throw new Error(`${at}: this is the output of no block: it must stand directly behind one`);
      }
      blocks.push({ ...last, output: token.content });
    } else {
      const [notRun, background, fragment] = [take("not-run"), take("background"), take("fragment")];
      const isRun = runLanguages.includes(language as "ts");
      if (!isRun && !dataLanguages.includes(language)) {
        throw new Error(
          `${at}: the language '${language}' is none of ${[...runLanguages, ...dataLanguages].join(", ")}`,
        );
      }
      if (notRun === "" || [notRun, background, fragment].filter((each) => each !== undefined).length > 1) {
        throw new Error(`${at}: a block is one of not-run="and why", background and fragment`);
      }
      if (fragment !== undefined && language !== "ts") {
        throw new Error(`${at}: only TypeScript can be a fragment`);
      }
      const kinds = { "not-run": notRun, background, fragment };
      const kind = (Object.keys(kinds) as (keyof typeof kinds)[]).find((name) => kinds[name] !== undefined);
      blocks.push({
        page: page.path,
        line: lineOf(token),
        language,
        code: token.content,
        kind: isRun ? (kind ?? "run") : "data",
        file: take("file"),
        output: undefined,
      });
    }
    if (attributes.size > 0) {
      throw new Error(`${at}: '${[...attributes.keys()].join(" ")}' is nothing that a block can be`);
    }
  }
  return blocks;
}
