import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Installation } from "./installation.ts";

const installation = new Installation();
beforeAll(() => installation.install(), 120_000);
afterAll(() => {
  installation.remove();
});

/** What each way to run it must print: results, and the place of an error. */
const results = '[[6,12],["string","b",4],4,true]';

const body = `
let counter = 1;
const factor = 3;
class Held { #x; constructor(x = 0) { this.#x = x; } get x() { return this.#x; } }
function bump(x) { counter += x; return counter * factor; }
function fail() { throw new Error("at home"); }
`;
const work = `
const s = new Sleigh({ workerCount: 1, workingDir: "/" });
const held = (await s.eachWorker(() => new Held(4)))[0];
const bumped = await s.eachElem((x) => bump(x), [1, 2]);
const [seen] = await s.eachWorker(() => [typeof os.hostname(), basename("/a/b"), counter]);
console.log(JSON.stringify([bumped, seen, held.x, held instanceof Held]));
await s.eachWorker(fail).catch((error) => console.log(error.cause.stack.split("\\n")[1].trim()));
await s.stop();
`;
const esm = `import { Sleigh } from "networkspaces/sleigh";
import os from "node:os";
const { basename } = await import("node:path");
${body}${work}`;
const commonJs = `const { Sleigh } = require("networkspaces/sleigh");
const os = require("node:os");
const { basename } = require("node:path");
${body}
(async () => {${work}})();`;
const failLine = esm.split("\n").findIndex((line) => line.includes("function fail")) + 1;

async function node(args: readonly string[], cwd: string, input = ""): Promise<string> {
  const child = spawn(process.execPath, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return `${output}${errors}`.trim();
}

describe("functions travel, and errors name their place, in a program that is given", () => {
  test.each([
    ["as text of a module", ["--input-type=module", "-e", esm], "", "eval1"],
    ["as a module on standard input", ["--input-type=module"], esm, "eval1"],
    ["as text", ["-e", commonJs], "", "eval"],
    ["on standard input", [], commonJs, "stdin"],
  ])("%s", async (_, args, input, name) => {
    const folder = installation.folder("text");
    const place = name === "eval1" ? `${pathToFileURL(folder).href}/[eval1]` : `[${name}]`;
    expect(await node(args, folder, input)).toBe(`${results}\nat fail (${place}:${failLine}:25)`);
  });

  test("as text whose value is printed", async () => {
    expect(await node(["-p", commonJs], installation.folder("text"))).toContain(`${results}\nat fail ([eval]`);
  });

  test.each(["program.mjs", "program.cjs"])(
    "as %s in a folder whose name has spaces, quotes and letters of all kinds",
    async (name) => {
      const file = join(installation.folder("file"), name);
      writeFileSync(file, name.endsWith("mjs") ? esm : commonJs);
      const place = name.endsWith("mjs") ? pathToFileURL(file).href : file;
      expect(await node([name], dirname(file))).toBe(`${results}\nat fail (${place}:${failLine}:25)`);
    },
  );

  test("line by line, where functions use what other lines declare", async () => {
    const child = spawn(process.execPath, ["-i"], {
      cwd: installation.folder("repl"),
      stdio: ["pipe", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (some: string) => (output += some));
    const lines = `const { Sleigh } = require("networkspaces/sleigh")\nconst { basename } = require("node:path")${body}${work}`;
    for (const line of lines.split("\n").filter((each) => each !== "")) {
      await expect.poll(() => output).toMatch(/> $/);
      output += "\n";
      child.stdin.write(`${line}\n`);
    }
    child.stdin.write(".exit\n");
    await once(child, "close");
    expect(output).toContain(results);
    // What makes an expression of a function at the very beginning of a line takes a column of its own.
    expect(output).toMatch(/at fail \(REPL\d+:1:2[56]\)/);
  }, 60_000);
});

describe("an error's place is in the source that the user wrote", () => {
  const source = `import { Sleigh } from "networkspaces/sleigh";

interface Task {
  readonly x: number;
}

function fail({ x }: Task): never {
  const message: string = \`it failed at \${x}\`;
  throw new RangeError(message, { cause: new Error("why") });
}

const s = new Sleigh({ workerCount: 1, workingDir: "/" });
await s.eachElem((task: Task) => fail(task), [{ x: 1 }]).catch((error: any) => {
  console.log(error.remoteStack);
  console.log(error.cause.cause.stack);
});
await s.stop();
`;

  const compilers: Readonly<Record<string, (folder: string) => Promise<string>>> = {
    "tsc with a map beside it": (folder) => {
      const compilerOptions = {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        sourceMap: true,
        sourceRoot: "../src",
      };
      const { outputText, sourceMapText } = ts.transpileModule(source, { compilerOptions, fileName: "task.ts" });
      writeFileSync(join(folder, "task.js"), outputText.replace("module.js.map", "task.js.map"));
      writeFileSync(join(folder, "task.js.map"), sourceMapText!);
      return Promise.resolve("../src/task.ts");
    },
    "esbuild, minified, with a map inside": async (folder) => {
      const { code } = await transform(source, {
        loader: "ts",
        format: "esm",
        minify: true,
        keepNames: true,
        sourcemap: "inline",
        sourcefile: "../src/task.ts",
      });
      writeFileSync(join(folder, "task.js"), code);
      return "../src/task.ts";
    },
  };

  test.each(
    Object.keys(compilers).flatMap(
      (name) =>
        [
          [name, []],
          [name, ["--enable-source-maps"]],
        ] as const,
    ),
  )("compiled by %s, with %j", async (name, options) => {
    const folder = join(installation.folder(`compiled by ${name}`), "dist");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const file = join(folder, await compilers[name]!(folder));
    const output = await node([...options, "task.js"], folder);
    expect(output.split("\n").map((line) => line.trim())).toEqual([
      "RangeError: it failed at 1",
      `at fail (${file}:9:9)`,
      expect.stringContaining(`${file}:13:34`),
      "Error: why",
      `at fail (${file}:9:42)`,
      expect.stringContaining(`${file}:13:34`),
    ]);
  });

  test("not compiled at all, and its file has been edited since", async () => {
    const file = join(installation.folder("edited"), "program.mjs");
    writeFileSync(
      file,
      `import { writeFileSync } from "node:fs";\nimport { fileURLToPath } from "node:url";\nwriteFileSync(fileURLToPath(import.meta.url), "// edited");\n${esm}`,
    );
    const place = `${pathToFileURL(file).href}:${failLine + 3}:25`;
    expect(await node([file], dirname(file))).toBe(`${results}\nat fail (${place})`);
  });
});

test("a function of a very large file travels without the rest of it", async () => {
  const folder = installation.folder("large");
  const many = Array.from(
    { length: 20_000 },
    (_, i) => `export const f${i} = (x) => (x > 0 ? f${Math.max(19_990, i - 1)}(x - 1) : ${i});`,
  );
  writeFileSync(join(folder, "many.mjs"), many.join("\n"));
  const program = `import { f19999 } from "./many.mjs";
import { Sleigh } from "networkspaces/sleigh";
const s = new Sleigh({ workerCount: 1 });
console.log(JSON.stringify(await s.eachElem((x) => f19999(x), [0, 2])));
await s.stop();`;
  writeFileSync(join(folder, "program.mjs"), program);
  expect(await node(["program.mjs"], folder)).toBe("[19999,19997]");
}, 60_000);
