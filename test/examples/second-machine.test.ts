import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shellLine } from "../../src/sleigh/launchers/index.ts";
import { Sshd, whyNoSshd } from "../sleigh-launchers/sshd.ts";
import { linesOfExample } from "./run-example.ts";

const reason = whyNoSshd();
if (reason !== undefined) {
  test.skip(`the README's second machine is not tested: ${reason}`);
}

describe.skipIf(reason !== undefined)("on a second machine, as the README says,", () => {
  let sshd: Sshd;
  /** The home there. */
  let home: string;
  const path = process.env["PATH"];

  // The second machine is this one, through a real ssh server; an `ssh` in the path knows how to get there.
  beforeAll(async () => {
    sshd = await Sshd.start();
    home = await mkdtemp(join(tmpdir(), "nws-second-"));
    const bin = join(home, "nws", "node_modules", ".bin");
    await mkdir(bin, { recursive: true });
    await symlink(fileURLToPath(new URL("../../dist/nws.js", import.meta.url)), join(bin, "networkspaces"));
    const there = `cd ${shellLine([home])} && PATH=${shellLine([dirname(process.execPath)])}:$PATH `;
    const own = join(home, "bin");
    await mkdir(own);
    await writeFile(
      join(own, "ssh"),
      `#!/bin/bash
words=("$@")
words[-1]=${shellLine([there])}"\${words[-1]}"
PATH=${shellLine([path ?? ""])} exec ssh ${shellLine(["-p", String(sshd.port), ...sshd.options])} "\${words[@]}"
`,
    );
    await chmod(join(own, "ssh"), 0o755);
    process.env["PATH"] = [own, path].join(delimiter);
  });

  afterAll(async () => {
    process.env["PATH"] = path;
    await sshd[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
  });

  test("a worker runs where the package was installed in its own folder", async () => {
    expect(await linesOfExample("hostname", ["hippo", "hippo"])).toEqual([`${hostname()}, ${hostname()}`]);
  }, 120_000);
});
