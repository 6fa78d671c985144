import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Block } from "./block.ts";

const run = promisify(execFile);

const options = {
  strict: true,
  noEmit: true,
  target: "ES2023",
  lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.AsyncIterable"],
  module: "NodeNext",
  types: ["node"],
  allowImportingTsExtensions: true,
  moduleDetection: "force",
  skipLibCheck: true,
};

/** What fragments may use without saying where it comes from. */
const surroundings = `
declare global {
  var ws: import("networkspaces").NetWorkSpace;
  var s: import("networkspaces/sleigh").Sleigh;
  var sleigh: import("networkspaces/sleigh").Sleigh;
  var server: import("networkspaces/server").RunningServer;
}
export {};
`;

/** Has the compiler look at all TypeScript of the pages, as their readers' compilers do. What it finds, with page and line; empty when nothing. */
export async function typeFaults(base: string, blocks: readonly Block[]): Promise<string> {
  const folder = join(base, "types");
  const places = new Map<string, Block>();
  for (const block of blocks.filter(({ language }) => language === "ts")) {
    const page = block.page.replace(/\.md$/, "");
    let path = join(page, block.file ?? `block-${block.line}.ts`);
    if (places.has(path)) {
      path = path.replace(/\.ts$/, `-${block.line}.ts`); // A page may change a file that it has shown before.
    }
    places.set(path, block);
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), block.code);
  }
  writeFileSync(join(folder, "surroundings.d.ts"), surroundings);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["."] }));
  const compiler = join(base, "node_modules", "typescript", "bin", "tsc");
  try {
    await run(process.execPath, [compiler, "--pretty", "false", "-p", folder], { cwd: folder });
    return "";
  } catch (error) {
    const { stdout = String(error) } = error as { stdout?: string };
    return stdout.replaceAll(/^(\S+)\((\d+),\d+\)/gm, (whole, path: string, line: string) => {
      const block = places.get(path);
      return block === undefined ? whole : `${block.page}:${block.line + Number(line)}`;
    });
  }
}
