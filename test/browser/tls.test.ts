import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nws } from "../cli/nws-process.ts";
import { chromiumPath, Pages, sees } from "./pages.ts";

/** NSS's, with which a user of Linux tells Chromium whom to trust. */
const hasCertutil = spawnSync("certutil", ["--help"]).error === undefined;
if (!hasCertutil) {
  process.stderr.write("it is not tried whether Chromium takes certificates of nws tls init: there is no certutil\n");
}

describe.skipIf(chromiumPath === undefined || !hasCertutil)(
  "pages of a server with certificates of nws tls init",
  () => {
    let folder: string;
    const file = (name: string): string => join(folder, name);
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "nws-tls-"));
      expect((await nws(["tls", "init", "--dir", folder])).code).toBe(0);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    function start(home: string): Promise<Pages> {
      return Pages.start({ tls: { cert: file("server.pem"), key: file("server-key.pem") } }, home);
    }

    it("are shown by a browser that trusts their authority, live", async () => {
      const home = file("home");
      const store = `sql:${join(home, ".pki/nssdb")}`;
      mkdirSync(join(home, ".pki/nssdb"), { recursive: true });
      execFileSync("certutil", ["-N", "-d", store, "--empty-password"]);
      execFileSync("certutil", ["-A", "-d", store, "-n", "nws", "-t", "C,,", "-i", file("ca.pem")]);
      await using pages = await start(home);
      for (const name of ["127.0.0.1", "localhost"]) {
        const page = await pages.open("/", {}, `https://${name}:${pages.server.webPort}`);
        await page.getByRole("heading", { name: "Workspaces" }).waitFor();
        await pages.client(`made-${name}`, { tls: { ca: file("ca.pem") } }).store("x", 1);
        await sees(page, `made-${name}`);
      }
      expect(pages.faults).toEqual([]);
    });

    it("are not shown by one that does not", async () => {
      const home = file("another home");
      mkdirSync(home);
      await using pages = await start(home);
      await expect(pages.open("/")).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
    });
  },
);
