import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
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
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nws-package-"));
    // The build is there already (npm test builds first); building again here would pull dist/ from under other tests.
    const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
      cwd: root,
    });
    await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--silent", `./${stdout.trim()}`], {
      cwd: folder,
    });
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("works from an ES module", async () => {
    await writeFile(join(folder, "program.mjs"), program.replaceAll(/<\{.*?\}>|: number/g, ""));
    const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: folder });
    expect(stdout).toBe("x is 42\n");
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
