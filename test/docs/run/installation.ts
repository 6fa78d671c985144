import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "../markdown.ts";

const run = promisify(execFile);

/** What a reader installs beside the package: to run TypeScript and to have it checked. */
const besides = ["tsx", "typescript", "@types/node", "undici-types", "@opentelemetry/api"];

/**
 * A folder in which the packed package is installed, as `npm install networkspaces tsx` does it, but without a network: the package is unpacked, its
 * dependencies are those that are here. Nothing else of this repository can be imported there.
 */
export class Installation implements Disposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "nws-docs-")));

  /** The build is there already: `npm test` builds first. */
  async install(): Promise<void> {
    const modules = join(this.folder, "node_modules");
    const unpacked = join(modules, "networkspaces");
    mkdirSync(join(modules, ".bin"), { recursive: true });
    mkdirSync(unpacked);
    const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", this.folder];
    const { stdout } = await run("npm", pack, { cwd: root });
    await run("tar", ["-xzf", join(this.folder, stdout.trim()), "-C", unpacked, "--strip-components", "1"]);
    const { dependencies, bin } = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
      bin: Record<string, string>;
    };
    for (const name of [...Object.keys(dependencies), ...besides]) {
      if (existsSync(join(root, "node_modules", name))) {
        mkdirSync(dirname(join(modules, name)), { recursive: true });
        symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
      }
    }
    for (const [name, path] of Object.entries(bin)) {
      chmodSync(join(unpacked, path), 0o755);
      symlinkSync(join(unpacked, path), join(modules, ".bin", name));
    }
    symlinkSync(join(modules, "tsx", "dist", "cli.mjs"), join(modules, ".bin", "tsx"));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
