import { start } from "node:repl";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { ExitCode } from "../../src/cli/exit-code.ts";
import { createProgram } from "../../src/cli/program.ts";
import { dotCommands } from "../../src/cli/repl/dot-commands.ts";
import { keyTable } from "../../src/cli/top/keys.ts";
import { Page, rowsOf } from "./markdown.ts";

const { text: page } = new Page("docs/command-line.md");
/** Each key of its table is an option of the server's. */
const { text: configuration } = new Page("docs/configuration.md");
const commands = createProgram().commands.filter((command) => !command.name().startsWith("__"));
/** With what is called before its own name: `token create`. */
const leaves = commands.flatMap((command) =>
  command.commands.length === 0
    ? [{ path: command.name(), command }]
    : command.commands.map((each) => ({ path: `${command.name()} ${each.name()}`, command: each })),
);

it("docs/command-line.md has every command with its arguments, and no other", () => {
  const documented = [...page.matchAll(/^\| `nws ([a-z]+)(.*?)` +\|/gm)].map(([, name = "", args = ""]) => name + args);
  const real = leaves.map(({ path, command }) => {
    const args = command.registeredArguments.map((argument) => {
      const name = argument.name().toUpperCase();
      return argument.required ? ` ${name}` : ` [${name}]`;
    });
    return path + args.join("");
  });
  expect(documented.sort()).toEqual(real.sort());
});

it("docs/command-line.md and docs/configuration.md have every option, and no other", () => {
  const real = new Set(
    leaves.flatMap(({ command }) => command.options.filter(({ hidden }) => !hidden).map(({ long }) => long)),
  );
  const documented = new Set([...`${page}${configuration}`.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option));
  for (const [, key] of configuration.matchAll(/^\| `([a-z-]+)` +\| `NWS_/gm)) {
    documented.add(`--${key}`);
  }
  // `--help` is commander's own; `--debug` is left out of the help; `-n` and `--all` are known by their short or long form.
  expect([...real].filter((option) => !documented.has(option!) && option !== "--number")).toEqual([]);
  expect([...documented].filter((option) => !real.has(option) && option !== "--help" && option !== "--debug")).toEqual(
    [],
  );
});

it("docs/command-line.md has every exit code, and no other", () => {
  const documented = [...page.matchAll(/^\| (\d) +\|/gm)].map(([, code]) => Number(code));
  expect(documented).toEqual(Object.values(ExitCode));
});

it("docs/command-line.md has each option of the commands that have a table of their own, there", () => {
  const tables = { tls: "Certificates", worker: "A worker" };
  for (const [name, heading] of Object.entries(tables)) {
    const documented = rowsOf(new Page("docs/command-line.md").section(heading)).flatMap(
      ([option = ""]) => option.match(/--[a-z-]+/g) ?? [],
    );
    const real = leaves
      .filter(({ path }) => path.split(" ")[0] === name)
      .flatMap(({ command }) => command.options.filter(({ hidden }) => !hidden).map(({ long }) => long!));
    expect({ name, options: [...new Set(documented)].sort() }).toEqual({ name, options: [...new Set(real)].sort() });
  }
});

/** The first cells of the rows of the first table with this heading. */
function firstColumn(heading: string): string[] {
  const [, after = ""] = page.split(new RegExp(`^\\| ${heading} +\\|.*\\n\\|[ -|]+\\n`, "m"));
  const rows = after.split("\n\n")[0]!.split("\n");
  return rows.map((row) => row.split("|")[1]?.trim() ?? "").filter((cell) => cell !== "");
}

it("docs/command-line.md has every key of nws top, and no other", () => {
  expect(firstColumn("key")).toEqual(keyTable.map(({ label }) => label));
});

it("docs/command-line.md has every dot command of nws repl, and no other", () => {
  const [, section = ""] = page.split("## Line by line");
  const documented = [...section.split("\n## ")[0]!.matchAll(/^\| `\.([a-z]+)/gm)].map(([, name]) => name!);
  const output = new PassThrough();
  const plain = start({ input: new PassThrough(), output, terminal: true });
  const builtIn = Object.keys(plain.commands);
  plain.close();
  expect(documented.sort()).toEqual([...builtIn, ...Object.keys(dotCommands)].sort());
});
