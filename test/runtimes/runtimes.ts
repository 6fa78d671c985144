import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const programs = fileURLToPath(new URL("programs/", import.meta.url));

/** Something that runs JavaScript. */
export interface Runtime {
  readonly name: string;
  readonly command: string;
  /** Before the program. */
  readonly args: readonly string[];
}

const PERMISSIONS = "--no-prompt --allow-net --allow-env --allow-sys --allow-read --allow-write --allow-run".split(" ");

/** Node, and those that are here: BUN and DENO name one, else it is on the PATH. `npm run test:all` fetches them. */
export const runtimes: readonly Runtime[] = [
  { name: "Node", command: process.execPath, args: [] },
  { name: "Bun", command: process.env["BUN"] ?? "bun", args: [] },
  { name: "Deno", command: process.env["DENO"] ?? "deno", args: ["run", ...PERMISSIONS] },
].filter(({ command }) => spawnSync(command, ["--version"]).status === 0);

export const missing = ["Bun", "Deno"].filter((name) => !runtimes.some((runtime) => runtime.name === name));

/** A folder in which the package is installed, with the programs of these tests. */
export class ProgramFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "nws-runtimes-"));

  constructor(files: readonly string[]) {
    writeFileSync(join(this.path, "package.json"), '{ "type": "module" }');
    mkdirSync(join(this.path, "node_modules"));
    symlinkSync(root, join(this.path, "node_modules", "networkspaces"), "junction");
    for (const file of files) {
      copyFileSync(join(programs, file), join(this.path, file));
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A program of the folder that runs; each line that it prints is JSON. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: ProgramFolder, runtime: Runtime, args: readonly string[], env: Record<string, string>) {
    const inherited = { ...process.env };
    delete inherited["NWS_HOST"];
    this.child = spawn(runtime.command, [...runtime.args, ...args], {
      cwd: folder.path,
      env: { ...inherited, NO_COLOR: "1", ...env },
    });
    let stderr = "";
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    this.ended = once(this.child, "close").then(([code]) => ({ code: code as number | null, stderr }));
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** What its next line says. */
  async says(): Promise<unknown> {
    const line = await this.#lines.next();
    if (line.done === true) {
      throw new Error(`the program ended: ${JSON.stringify(await this.ended)}`);
    }
    return JSON.parse(line.value) as unknown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}
