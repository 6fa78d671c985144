import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PROTOCOL_VERSION } from "../../src/wire/index.ts";
import { root } from "./packed.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const page = read("docs/versions.md");

it("docs/versions.md names the Nodes that the package is for and is tested with", () => {
  const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
  const [, oldest] = /^>=(\d+\.\d+)/.exec(engines.node)!;
  const others = [.../OTHER_NODES = \[(.*?)\]/.exec(read("scripts/test-all.js"))![1]!.matchAll(/"(\d+)\./g)];
  expect(page).toContain(`now ${oldest!} and newer, ${others.map(([, major]) => major).join(", ")}.`);
});

it("docs/versions.md and docs/protocol.md have the version of the protocol", () => {
  expect(page).toContain(`version of the multiplexed protocol, now ${PROTOCOL_VERSION},`);
  expect(read("docs/protocol.md")).toContain(`described here is **version ${PROTOCOL_VERSION}**`);
});

it("docs/versions.md has every door of the package", () => {
  const { exports } = JSON.parse(read("package.json")) as { exports: Record<string, unknown> };
  for (const door of Object.keys(exports).filter((path) => path !== "./package.json")) {
    expect(page).toContain(door === "." ? "`networkspaces`" : `\`${door.slice(1)}\``);
  }
});

it("docs/runtimes.md names the Bun and Deno that it was tested with", () => {
  const versions = [...read("scripts/test-all.js").matchAll(/name: "@(\w+)\/[^"]+", version: "(\d+\.\d+)\./g)];
  expect(versions).toHaveLength(2);
  const names = new Map([
    ["oven", "Bun"],
    ["deno", "Deno"],
  ]);
  for (const [, scope, version] of versions) {
    expect(read("docs/runtimes.md")).toContain(`${names.get(scope!)!} ${version!}`);
  }
});
