import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { environmentNameOf, settingNames } from "../../src/cli/config/settings.ts";
import { documentation, pagesIn, root } from "./markdown.ts";

const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));

/** Variables of the environment that a text names. What ends in `_` is the beginning of several. */
function variablesIn(texts: readonly string[]): string[] {
  const names = texts.flatMap((text) => text.match(/\bNWS_[A-Z_]*[A-Z]\b/g) ?? []);
  return [...new Set(names)].sort();
}

test("the documentation has every variable of the environment that the code reads, and no other", () => {
  // (Those of the server's settings are made of the settings' names.)
  const real = variablesIn([...sources, ...settingNames.map(environmentNameOf)]);
  expect(variablesIn(documentation.map(({ text }) => text))).toEqual(real);
});

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const forReaders = pagesIn("README.md", "CONTRIBUTING.md", "docs", "examples");

test("every script of npm that a page names exists", () => {
  const missing = forReaders.flatMap(({ path, text }) =>
    [...text.matchAll(/npm run ([\w:-]+)/g)]
      .filter(([, name = ""]) => !(name in scripts))
      .map(([command]) => `${path}: ${command}`),
  );
  expect(missing).toEqual([]);
});

test("README or CONTRIBUTING say what each script of npm is for", () => {
  const texts = pagesIn("README.md", "CONTRIBUTING.md").map(({ text }) => text);
  // npm's own names, and the steps that others are made of.
  const steps = ["prepare", "test", "build", "format:check", "types"];
  const isNamed = (name: string): boolean =>
    texts.some((text) => new RegExp(`npm run ${name}(?![\\w:-])`).test(text)) || steps.includes(name);
  expect(Object.keys(scripts).filter((name) => !isNamed(name))).toEqual([]);
});
