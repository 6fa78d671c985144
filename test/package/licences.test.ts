import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAllowed } from "../../scripts/licences/allowed.ts";
import { licencesPage } from "../../scripts/licences/page.ts";
import { bundledParts, installedParts } from "../../scripts/licences/parts.ts";
import { root } from "./packed.ts";

describe("the licences of others", () => {
  it("are listed (npm run licences lists them anew)", async () => {
    expect(await readFile(join(root, "THIRD-PARTY-LICENSES.md"), "utf8")).toBe(await licencesPage());
  });

  it("go with Apache-2.0", async () => {
    const parts = [...(await installedParts()), ...(await bundledParts())];
    expect(parts.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
    expect(parts.length).toBeGreaterThan(50);
  });

  it.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0)", true],
    ["MIT AND GPL-3.0", false],
    ["GPL-2.0-only", false],
    ["not stated", false],
    ["SEE LICENSE IN LICENSE.txt", false],
  ])("%s: %s", (expression, allowed) => {
    expect(isAllowed(expression)).toBe(allowed);
  });

  it("are as their packages state them, where these are", async () => {
    for (const { name, version, licence } of await installedParts()) {
      const stated = statedBy(name);
      if (stated?.version === version) {
        expect({ name, licence }).toEqual({ name, licence: stated.license });
      }
    }
  });

  it("are of all that is built in: nothing but the pages has code of others in it", () => {
    const dist = join(root, "dist");
    const maps = readdirSync(dist).filter((name) => name.endsWith(".map"));
    const sources = maps.flatMap(
      (name) => (JSON.parse(readFileSync(join(dist, name), "utf8")) as { sources: string[] }).sources,
    );
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((path) => path.includes("node_modules"))).toEqual([]);
  });
});

function statedBy(name: string): { version: string; license: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as {
      version: string;
      license: string;
    };
  } catch {
    return undefined;
  }
}
