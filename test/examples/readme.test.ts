import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../../src/host/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** The programs of the README, in a folder where the package is installed. */
let folder: string;
let readme: string;
let programs: string[];

beforeAll(async () => {
  readme = await readFile(join(root, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  folder = await mkdtemp(join(tmpdir(), "nws-readme-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules", "networkspaces"), "junction");
  await symlink(join(root, "node_modules", "@types"), join(folder, "node_modules", "@types"), "junction");
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  programs = [];
  for (const [index, code] of blocks.entries()) {
    const program = join(folder, /^\/\/ (\S+\.ts)$/m.exec(code)?.[1] ?? `${index}.ts`);
    await writeFile(program, code);
    programs.push(program);
  }
});

afterAll(() => rm(folder, { recursive: true }));

const tsx = (program: string, port: number): [string, string[], { env: NodeJS.ProcessEnv }] => [
  process.execPath,
  [join(root, "node_modules/tsx/dist/cli.mjs"), program],
  { env: { ...process.env, NWS_HOST: "127.0.0.1", NWS_SERVER_PORT: String(port) } },
];

describe("the README", () => {
  it("has programs that the compiler accepts", async () => {
    const options = "--noEmit --strict --target es2023 --module nodenext --skipLibCheck --types node".split(" ");
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...options, ...programs], {
      cwd: folder,
    });
    expect(programs.length).toBeGreaterThan(5);
  });

  it("has programs that run", async () => {
    await using server = await startServer({ port: 0 });
    const worker = spawn(...tsx(join(folder, "worker.ts"), server.port));
    const { stdout } = await run(...tsx(join(folder, "master.ts"), server.port));
    worker.kill();
    await once(worker, "exit");
    expect(stdout.trim().split("\n").map(Number)).toEqual(Array.from({ length: 100 }, (_, x) => x ** 3));
    const printed: string[] = [];
    for (const program of programs.filter((path) => !/(worker|master)\.ts$/.test(path))) {
      printed.push((await run(...tsx(program, server.port))).stdout);
    }
    expect(printed).toEqual(["970299\n", "[ 1110, 1220, 1330 ]\n1000\n1024\n", "20\n", "", "1\n"]);
  }, 120_000);

  it("leads to pages that exist", async () => {
    for (const [, path = ""] of readme.matchAll(/\]\(([^)#]+)\)/g)) {
      await access(join(root, path));
    }
  });
});
