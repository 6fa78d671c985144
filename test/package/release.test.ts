import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { datedChangelog } from "../../scripts/release/changelog.ts";
import { nextVersion } from "../../scripts/release/version.ts";
import { root } from "./packed.ts";

const CHANGELOG = "# Changelog\n\n## Unreleased\n\n- Something new.\n\n## 1.2.3 (2026-01-01)\n\n- Something old.\n";
const today = new Date().toISOString().slice(0, 10);

/** A project of its own, with a bare repository as its origin. */
let folder: string;
let project: string;

const git = (...args: readonly string[]): string => {
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  return execFileSync("git", [...author, ...args], { cwd: project, encoding: "utf8" }).trim();
};

function release(...args: readonly string[]): { readonly code: number | null; readonly text: string } {
  const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
  const author = { GIT_AUTHOR_NAME: "Test", GIT_AUTHOR_EMAIL: "test@example.org" };
  const committer = { GIT_COMMITTER_NAME: "Test", GIT_COMMITTER_EMAIL: "test@example.org" };
  const done = spawnSync(process.execPath, [tsx, join(root, "scripts", "release.ts"), ...args], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, ...author, ...committer },
  });
  return { code: done.status, text: done.stdout + done.stderr };
}

function write(file: string, text: string): void {
  writeFileSync(join(project, file), text);
}

function commit(): void {
  git("add", "--all");
  git("commit", "--quiet", "--message", "A change");
  git("push", "--quiet", "origin", "main");
}

describe("npm run release", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "nws-release-"));
    project = join(folder, "project");
    execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", join(folder, "origin.git")]);
    execFileSync("git", ["init", "--quiet", "--initial-branch=main", project]);
    git("remote", "add", "origin", join(folder, "origin.git"));
    mkdirSync(join(project, "src", "host"), { recursive: true });
    const scripts = { check: "node -e \"require('fs').writeFileSync('../checked', '')\"" };
    const manifest = { name: "a-project", version: "1.2.3", repository: "github:somebody/a-project", scripts };
    write("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
    execFileSync("npm", ["install", "--package-lock-only", "--silent"], { cwd: project });
    write("src/host/version.ts", 'export const VERSION = "1.2.3";\n');
    write("CHANGELOG.md", CHANGELOG);
    commit();
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("makes a version, tags it and pushes both", () => {
    expect(release("minor")).toEqual({ code: 0, text: expect.stringContaining("pushed v1.3.0") as string });
    for (const file of ["package.json", "package-lock.json"]) {
      expect((JSON.parse(git("show", `origin/main:${file}`)) as { version: string }).version).toBe("1.3.0");
    }
    expect(git("show", "origin/main:src/host/version.ts")).toContain('VERSION = "1.3.0"');
    expect(git("show", "origin/main:CHANGELOG.md")).toContain(`## 1.3.0 (${today})\n\n- Something new.`);
    expect(git("ls-remote", "--tags", "origin")).toContain("refs/tags/v1.3.0");
    expect(git("status", "--porcelain")).toBe("");
    expect(() => readFileSync(join(folder, "checked"))).not.toThrow();
  });

  it("does nothing in a dry run but to say what", () => {
    const before = git("rev-parse", "HEAD");
    const { code, text } = release("2.0.0", "--dry-run");
    expect(code).toBe(0);
    expect(text).toMatch(/would make a-project 1\.2\.3 2\.0\.0/);
    expect([git("rev-parse", "HEAD"), git("status", "--porcelain"), git("tag")]).toEqual([before, "", ""]);
    expect(() => readFileSync(join(folder, "checked"))).toThrow();
  });

  it("refuses what is not ready, says all that is missing, and changes nothing", () => {
    const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as Record<string, unknown>;
    delete manifest["repository"];
    write("package.json", JSON.stringify(manifest));
    write("CHANGELOG.md", CHANGELOG.replace("- Something new.\n", ""));
    git("checkout", "--quiet", "-b", "other");
    git("tag", "v1.2.4");
    const { code, text } = release("patch");
    expect(code).toBe(1);
    expect(text.trim().split("\n")).toEqual([
      expect.stringContaining('"Unreleased" of CHANGELOG.md is empty'),
      expect.stringContaining("package.json has no 'repository'"),
      expect.stringContaining("this is branch 'other'"),
      expect.stringContaining("changes that are not committed"),
      expect.stringContaining("there is a tag v1.2.4 already"),
    ]);
  });

  it("refuses what has not been pushed, and when its checks fail", () => {
    write("more", "more");
    git("add", "--all");
    git("commit", "--quiet", "--message", "Not pushed");
    expect(release("patch")).toEqual({ code: 1, text: expect.stringContaining("is not what 'origin' has") as string });
    git("push", "--quiet", "origin", "main");
    write("package.json", readFileSync(join(project, "package.json"), "utf8").replace("node -e", "exit 1; node -e"));
    commit();
    expect(release("patch").code).not.toBe(0);
    expect(git("ls-remote", "--tags", "origin")).toBe("");
  });

  it("of this very package is refused for what is really missing", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { repository?: unknown };
    // There is no public address yet. When there is one this test goes.
    expect(manifest.repository).toBeUndefined();
    expect(datedChangelog(readFileSync(join(root, "CHANGELOG.md"), "utf8"), "0.1.0", today)).toContain("## 0.1.0 (");
  });
});

describe("versions", () => {
  it.each([
    ["patch", "1.2.4"],
    ["minor", "1.3.0"],
    ["major", "2.0.0"],
    ["1.2.3", "1.2.3"],
    ["1.10.0", "1.10.0"],
    ["2.0.0-beta.1", "2.0.0-beta.1"],
  ])("%s of 1.2.3 is %s", (wanted, version) => expect(nextVersion("1.2.3", wanted)).toBe(version));

  it.each(["1.2.2", "0.9.0", "v2.0.0", "next", ""])("'%s' is none", (wanted) =>
    expect(() => nextVersion("1.2.3", wanted)).toThrow(/older|no version/),
  );
});
