import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installInto, type Packed, pack, root, run } from "./packed.ts";

const typescript = join(root, "node_modules", "typescript", "bin", "tsc");

const program = `
import { NetWorkSpace } from "networkspaces";
import { startServer } from "networkspaces/server";

const server = await startServer({ port: 0 });
const ws = new NetWorkSpace<{ x: number }>("table", { serverPort: server.port });
await ws.store("x", 42);
const x: number = await ws.fetch("x");
console.log("x is", x);
await ws.close();
await server.stop();
`;

describe("the packed package, installed in an empty folder", () => {
  let packed: Packed;
  let folder: string;

  beforeAll(async () => {
    packed = await pack();
    folder = packed.folder;
    await installInto(folder, packed.file);
  }, 120_000);

  afterAll(() => packed[Symbol.asyncDispose]());

  test("works from an ES module", async () => {
    await writeFile(join(folder, "program.mjs"), program.replaceAll(/<\{.*?\}>|: number/g, ""));
    const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: folder });
    expect(stdout).toBe("x is 42\n");
  });

  test("works from a CommonJS module", async () => {
    const required = program
      .replaceAll(/<\{.*?\}>|: number/g, "")
      .replaceAll(/import (\{.*?\}) from (".*?");/g, "const $1 = require($2);")
      .replace(/(const server = [^]*)/, "(async () => {\n$1})();");
    await writeFile(join(folder, "program.cjs"), required);
    const { stdout } = await run(process.execPath, ["program.cjs"], { cwd: folder });
    expect(stdout).toBe("x is 42\n");
    const doors = ["networkspaces", "networkspaces/browser", "networkspaces/server", "networkspaces/sleigh"];
    const types = await run(process.execPath, ["-p", doors.map((door) => `typeof require("${door}")`).join("+")], {
      cwd: folder,
    });
    expect(types.stdout).toBe("objectobjectobjectobject\n");
  });

  test.each([
    ["node16", "node16"],
    ["esnext", "bundler"],
  ])("type-checks with module %s and moduleResolution %s", async (module, moduleResolution) => {
    await writeFile(
      join(folder, "program.ts"),
      `${program}\n// @ts-expect-error a string is no number\nawait ws.store("x", "a");\n`,
    );
    const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2023,esnext.disposable,dom"];
    const types = ["--typeRoots", join(root, "node_modules", "@types"), "--types", "node"];
    const modules = ["--module", module, "--moduleResolution", moduleResolution];
    await run(process.execPath, [typescript, ...options, ...types, ...modules, "program.ts"], { cwd: folder }).catch(
      (error: unknown) => {
        throw new Error((error as { stdout: string }).stdout, { cause: error });
      },
    );
  });

  test("has the nws command, under both of its names", async () => {
    const version = await run(join(folder, "node_modules", ".bin", "nws"), ["--version"]);
    const other = await run(join(folder, "node_modules", ".bin", "networkspaces"), ["--version"]);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+/);
    expect(other.stdout).toBe(version.stdout);
  });
});
