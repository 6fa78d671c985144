import { readFile } from "node:fs/promises";
import { validate, ValidationSeverity } from "dockerfile-utils";
import { expect, it } from "vitest";
import { environmentNameOf, settingNames, settingOf } from "../../src/cli/config/settings.ts";

const root = new URL("../../", import.meta.url);
const text = await readFile(new URL("packaging/Containerfile", root), "utf8");
const instructions = text
  .replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\\\n/g, " ")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => ({ name: line.split(" ")[0]!, rest: line.slice(line.indexOf(" ") + 1).trim() }));
const of = (name: string): string[] => instructions.filter((each) => each.name === name).map(({ rest }) => rest);

it("the container file has no fault that a linter finds", () => {
  const { ERROR } = ValidationSeverity;
  const faults = validate(text, {
    deprecatedMaintainer: ERROR,
    directiveCasing: ERROR,
    emptyContinuationLine: ERROR,
    instructionCasing: ERROR,
    instructionCmdMultiple: ERROR,
    instructionEntrypointMultiple: ERROR,
    instructionHealthcheckMultiple: ERROR,
    instructionJSONInSingleQuotes: ERROR,
    instructionWorkdirRelative: ERROR,
  });
  expect(faults.map(({ range, message }) => `${range.start.line + 1}: ${JSON.stringify(message)}`)).toEqual([]);
});

it("the image runs no shell, is not root's, keeps its data in a volume, and says how it is", () => {
  for (const name of ["CMD", "ENTRYPOINT", "RUN", "VOLUME"]) {
    for (const rest of of(name)) {
      expect(Array.isArray(JSON.parse(rest)), `${name} ${rest}`).toBe(true);
    }
  }
  const [health = ""] = of("HEALTHCHECK");
  expect(JSON.parse(health.slice(health.indexOf("CMD") + 3))).toEqual(["node", "/app/dist/nws.js", "check"]);
  expect(of("FROM")).toHaveLength(2);
  // The last stage has a user, and nothing behind that is done as another.
  const last = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
  expect(last.filter(({ name }) => name === "USER").map(({ rest }) => rest)).toEqual(["node"]);
  expect(of("VOLUME")).toEqual(['["/data"]']);
});

it("the image says settings that there are, as they may be", () => {
  const said = new Map(
    of("ENV").flatMap((rest) => rest.split(/\s+/).map((pair) => pair.split("=") as [string, string])),
  );
  const ours = [...said].filter(([name]) => name.startsWith("NWS_"));
  expect(ours.length).toBeGreaterThan(0);
  for (const [name, value] of ours) {
    const setting = settingNames.find((each) => environmentNameOf(each) === name);
    expect(setting, name).toBeDefined();
    settingOf(setting!).kind.parse(value);
  }
});

it("what is left out of the image's build is the same for each engine, and nothing that it needs", async () => {
  const ignored = await readFile(new URL(".dockerignore", root), "utf8");
  expect(await readFile(new URL(".containerignore", root), "utf8")).toBe(ignored);
  const names = ignored.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  for (const needed of [
    "package.json",
    "package-lock.json",
    "LICENSE",
    "src",
    "ui",
    "tsdown.config.ts",
    "tsconfig.json",
  ]) {
    expect(names).not.toContain(needed);
  }
  expect(names).toEqual(expect.arrayContaining([".*", "node_modules", "dist"]));
});
