import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Packed, pack, root, run } from "./packed.ts";

const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");

describe("the doors of the packed package", () => {
  let packed: Packed;

  beforeAll(async () => {
    packed = await pack();
  }, 60_000);

  afterAll(() => packed[Symbol.asyncDispose]());

  it("have types that say what the modules are, to every resolver that knows doors", async () => {
    // node16: TypeScript's older `node10` knows no "exports" and finds doors by no means; TypeScript 6 warns of it.
    // cjs-resolves-to-esm: `require()` takes ES modules on every Node that is supported; packed-package.test.ts does it.
    const options = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm", "--format", "ascii"];
    const { code, stdout } = await run(process.execPath, [attw, packed.file, ...options]).then(
      (done) => ({ code: 0, stdout: done.stdout }),
      (error: unknown) => error as { code: number; stdout: string },
    );
    expect(stdout).toContain('"networkspaces/sleigh"');
    expect({ code, report: code === 0 ? "" : stdout }).toEqual({ code: 0, report: "" });
  }, 60_000);

  it("have nothing that publint would change", async () => {
    const tarball = await readFile(packed.file);
    const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg as Record<string, unknown>))).toEqual([]);
  });

  it("take nothing along that only those need who work on the package", () => {
    const wanted =
      /^(?:dist\/|docs\/|clients\/|packaging\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$|THIRD-PARTY-LICENSES\.md$)/;
    expect(packed.paths.filter((path) => !wanted.test(path) || path.startsWith("docs/images/"))).toEqual([]);
  });
});
