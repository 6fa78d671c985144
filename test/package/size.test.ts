import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importCost } from "./import-cost.ts";
import { pack, root } from "./packed.ts";

const KiB = 1024;

/** What the package may cost those who use it. Raise a number when what is gained is worth it, and say so in the commit. */
const budgets = [
  // A few seconds on a slow line. Half of it is source maps, which make stacks of errors readable.
  { what: "the packed package", at: 2048 * KiB, of: async () => (await withPacked()).size },
  { what: "the unpacked package", at: 8192 * KiB, of: async () => (await withPacked()).unpackedSize },
  // Each one is somebody more to trust. Nearly all are fastify's and the certificates'; the client has none.
  { what: "packages that are installed with it", at: 110, of: productionPackages },
  // A page loads this before it does anything: no more than a tenth of a second on a slow line.
  { what: "import of networkspaces/browser", at: 40 * KiB, of: () => importCost("browser", "browser") },
  // What each program reads and compiles before its first line. The web framework is loaded after the server is ready.
  { what: "import of networkspaces", at: 48 * KiB, of: () => importCost("index", "node") },
  { what: "import of networkspaces/server", at: 96 * KiB, of: () => importCost("server", "node") },
  // The parser with which functions are taken apart is half of it.
  { what: "import of networkspaces/sleigh", at: 160 * KiB, of: () => importCost("sleigh", "node") },
];

describe("the size of", () => {
  it.each(budgets)("$what is at most $at", async ({ at, of }) => {
    const size = await of();
    expect(size).toBeLessThanOrEqual(at);
    // A budget that is twice what is needed watches nothing.
    expect(size).toBeGreaterThan(at / 2);
  });
});

async function withPacked(): Promise<{ size: number; unpackedSize: number }> {
  await using packed = await pack();
  return { size: packed.size, unpackedSize: packed.unpackedSize };
}

async function productionPackages(): Promise<number> {
  const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && dev !== true).length;
}
