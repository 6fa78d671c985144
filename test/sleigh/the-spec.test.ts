import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "./program.ts";

/** Runs the command here, in a shell, and says that a tunnel is there, as ssh does. Ports of this machine need none. */
const STAND_IN_FOR_SSH = `#!/bin/sh
for word; do
  case "$before" in
    -R) echo "Allocated port \${word##*:} for remote forward to \${word#*:*:}" >&2 ;;
    --) node=$word ;;
  esac
  before=$word
done
STAND_IN_NODE=$node exec sh -c "$word"
`;

test.skipIf(process.platform === "win32")("the smallest program does what is promised", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nws-spec-"));
  const script = join(import.meta.dirname, "..", "..", "dist", "nws.js");
  const programs = { ssh: STAND_IN_FOR_SSH, networkspaces: `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n` };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  const program = runProgram("the-spec.ts", [], { PATH: `${folder}${delimiter}${process.env["PATH"]}` });
  const { code, printed, complaints } = await program.ended;
  rmSync(folder, { recursive: true });
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  expect(
    printed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    [hostname(), hostname(), hostname()],
    Array.from({ length: 100 }, (_, x) => x ** 3),
    [
      [1, 11, 99],
      [2, 12, 99],
      [3, 13, 99],
    ],
    ["hippo", "newt", "rhino"],
  ]);
});
