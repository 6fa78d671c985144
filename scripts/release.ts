import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { datedChangelog } from "./release/changelog.ts";
import { Repository } from "./release/repository.ts";
import { nextVersion, steps } from "./release/version.ts";

/**
 * `npm run release -- patch`: checks that all is ready, sets the version, dates the changelog, commits, tags and pushes. The pushed tag
 * has .github/workflows/release.yml publish the package, with provenance: nothing is published from anybody's own machine.
 */
const usage = `npm run release -- ${steps.join("|")}|VERSION [--dry-run] [--skip-checks]
  --dry-run      say what would be done, and do none of it
  --skip-checks  do not run 'npm run check' here (the workflow runs it before it publishes, in any case)`;

/** What a server and `nws --version` say: a test compares it with package.json. */
const VERSION_FILE = "src/host/version.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly repository?: unknown;
}

/** Exit code 0: done; 1: not ready; 2: wrong options. */
function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "dry-run": { type: "boolean" }, "skip-checks": { type: "boolean" } },
  });
  const [wanted] = positionals;
  if (wanted === undefined || positionals.length > 1) {
    console.error(usage);
    return 2;
  }
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  const repository = new Repository(process.cwd());
  const problems: string[] = [];
  const attempt = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  const version = attempt(() => nextVersion(manifest.version, wanted)) ?? manifest.version;
  const day = new Date().toISOString().slice(0, 10);
  const changelog = attempt(() => datedChangelog(readFileSync("CHANGELOG.md", "utf8"), version, day));
  if (manifest.repository === undefined) {
    problems.push(
      "package.json has no 'repository': npm takes no provenance without the public address that the package is built from",
    );
  }
  problems.push(...repository.problems(`v${version}`));
  if (problems.length > 0 || changelog === undefined) {
    for (const problem of problems) {
      console.error(`not ready: ${problem}`);
    }
    return 1;
  }
  const say = (what: string): void => console.log(`${values["dry-run"] === true ? "would" : "will"} ${what}`);
  if (values["skip-checks"] !== true) {
    say("run 'npm run check'");
    if (values["dry-run"] !== true) {
      execFileSync("npm", ["run", "check"], { stdio: "inherit" });
    }
  }
  say(
    `make ${manifest.name} ${manifest.version} ${version}, in package.json, package-lock.json, ${VERSION_FILE} and CHANGELOG.md (${day})`,
  );
  say(`commit that, tag it v${version} and push both to origin; the workflow publishes it`);
  if (values["dry-run"] === true) {
    return 0;
  }
  execFileSync("npm", ["version", version, "--no-git-tag-version", "--allow-same-version"], { stdio: "ignore" });
  writeFileSync("CHANGELOG.md", changelog);
  writeFileSync(VERSION_FILE, readFileSync(VERSION_FILE, "utf8").replace(/VERSION = ".*?"/, `VERSION = "${version}"`));
  repository.git("commit", "--quiet", "--all", "--message", `Release ${version}`);
  repository.git("tag", "--annotate", `v${version}`, "--message", `${manifest.name} ${version}`);
  repository.git("push", "--quiet", "--atomic", "origin", "main", `v${version}`);
  console.log(`pushed v${version}`);
  return 0;
}

process.exitCode = main();
