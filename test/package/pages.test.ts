import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const built = join(import.meta.dirname, "..", "..", "dist", "ui");
const index = readFileSync(join(built, "index.html"), "utf8");

describe("the built pages", () => {
  it("begin with at most 250 KiB of script", () => {
    const scripts = [...index.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path!);
    const bytes = scripts.map((path) => gzipSync(readFileSync(join(built, path))).length);
    expect(scripts.length).toBeGreaterThan(0);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(250 * 1024);
  });

  it("have no script or style in the page itself, and ask no other host", () => {
    expect(index).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=/);
    expect(index).not.toMatch(/(?:src|href)="(?!\/)/);
  });

  it("have names that change with what is in them, so that browsers may keep them", () => {
    expect(readdirSync(join(built, "assets")).filter((name) => !/-[\w-]{8}\.(?:js|css)$/.test(name))).toEqual([]);
  });

  it("come with the licences of what is bundled", () => {
    const licences = readFileSync(join(built, "licenses.md"), "utf8");
    for (const name of ["react", "@mantine/core", "@tanstack/react-virtual", "uplot"]) {
      expect(licences).toContain(name);
    }
  });
});
