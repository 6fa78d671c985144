import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loaderOf, place, type Outcome, type Variant } from "./support.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** How workers come to a program's sleigh. `by hand`: with `nws worker`, as somebody types it in another folder. */
export type Launch = "local" | "threads" | "by hand";

/**
 * The packed package, installed in a folder of its own, and the programs beside it.
 */
export class Installation {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), "nws-installed-")));

  async install(): Promise<void> {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const run = promisify(execFile);
    // The build is there already: npm test builds first.
    const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", this.#folder];
    const { stdout } = await run("npm", pack, { cwd: root });
    writeFileSync(join(this.#folder, "package.json"), "{}");
    const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--silent"];
    await run("npm", ["install", ...quietly, `./${stdout.trim()}`], { cwd: this.#folder });
    cpSync(join(here, "fixtures/tiny"), join(this.#folder, "node_modules/tiny"), { recursive: true });
    mkdirSync(join(this.#folder, "elsewhere"));
  }

  /** Runs the cases of a fixture with a sleigh whose worker runs in another folder. */
  async run(program: string, variant: Variant, launch: Launch, without: readonly string[] = []): Promise<Outcome> {
    const folder = join(this.#folder, `${program} ${variant} ${launch}`);
    mkdirSync(folder);
    await place(join(here, "fixtures", program), folder, variant);
    await place(join(here, "with-a-sleigh"), folder, variant);
    const main = ["main.js", "main.ts"].find((name) => existsSync(join(folder, name)))!;
    const workingDir = join(this.#folder, "elsewhere");
    const options = { workingDir, launch: launch === "by hand" ? "web" : launch, without };
    const args = [...loaderOf(variant), main, JSON.stringify(options)];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    if (launch === "by hand") {
      child.stderr.once("data", (command) => {
        const words = `${join(this.#folder, "node_modules/.bin")}/nws ${/worker .*/.exec(String(command))![0]}`;
        spawn(words, { cwd: workingDir, shell: true, stdio: "inherit" });
      });
    }
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (output === "") {
      throw new Error(`the program ${program} said nothing but ${errors}`);
    }
    return JSON.parse(output) as Outcome;
  }

  /** A folder for a program, with a name that needs care. */
  folder(name: string): string {
    const folder = join(this.#folder, `${name} è 日本 it's`);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
