import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { ExitCode } from "../../src/cli/exit-code.ts";
import { createProgram } from "../../src/cli/program.ts";

const read = (name: string): Promise<string> => readFile(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const page = await read("command-line.md");
/** Each key of its table is an option of the server's. */
const configuration = await read("configuration.md");
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
