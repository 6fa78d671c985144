// docs/first-steps.md as somebody follows it who has Node and nothing else: its commands, as they stand there, in empty folders.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPython } from "../python/python.ts";
import { freePort, Sshd, whyNoSshd } from "../sleigh-launchers/sshd.ts";
import { type Packed, pack, root } from "./packed.ts";
import { registryWith } from "./registry.ts";

const page = readFileSync(join(root, "docs", "first-steps.md"), "utf8");
const noSshd = whyNoSshd();

/** The commands of a part of the page. */
function commandsOf(heading: string): readonly string[] {
  const part = page.slice(page.indexOf(`## ${heading}`));
  return /^```sh [^\n]*\n(.*?)^```$/ms.exec(part)![1]!.trim().split("\n");
}

/** A machine with nothing on it but Node (and what the system has): an empty home, an empty folder, nothing installed. */
class EmptyMachine implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "nws-newcomer-"));
  readonly env: Record<string, string>;
  readonly #background: ChildProcess[] = [];

  constructor(registry: string, env: Readonly<Record<string, string>> = {}) {
    // (npm would install into a folder above that has a package.json or node_modules, if somebody has put one there.)
    for (const name of ["home", "work/node_modules", "bin", "global"]) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    const cache = execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim();
    const path = [join(this.folder, "bin"), join(this.folder, "global", "bin"), dirname(process.execPath)];
    this.env = {
      PATH: [...path, process.env["PATH"] ?? ""].join(":"),
      HOME: join(this.folder, "home"),
      // What others have published is taken from this machine's cache, to be kind to their registry.
      npm_config_cache: cache,
      npm_config_prefer_offline: "true",
      npm_config_registry: registry,
      npm_config_prefix: join(this.folder, "global"),
      npm_config_update_notifier: "false",
      ...wayToRegistry(),
      ...env,
    };
  }

  /** What a command prints. One that ends in `&` goes on, and is ready when it has printed a line. */
  async run(command: string): Promise<string> {
    const inBackground = command.endsWith(" &");
    const child = spawn("bash", ["-c", inBackground ? `exec ${command.slice(0, -2)}` : command], {
      cwd: join(this.folder, "work"),
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = once(child, "close") as Promise<[number | null]>;
    if (inBackground) {
      this.#background.push(child);
      await Promise.race([once(child.stdout, "data"), ended]);
      if (child.exitCode === null) {
        return stdout;
      }
    }
    const [code] = await ended;
    if (code !== 0) {
      throw new Error(`${command}\nended with ${String(code)}: ${stdout}${stderr}`);
    }
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#background.reverse()) {
      if (child.exitCode === null && child.signalCode === null) {
        const closed = once(child, "close");
        process.kill(-child.pid!, "SIGTERM");
        await closed;
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What this machine needs to reach the usual registry. */
function wayToRegistry(): Record<string, string> {
  const names = ["NODE_EXTRA_CA_CERTS", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

describe.skipIf(process.platform === "win32")("a newcomer with Node alone gets", () => {
  let packed: Packed;
  let registry: Awaited<ReturnType<typeof registryWith>>;

  beforeAll(async () => {
    packed = await pack();
    registry = await registryWith(packed.file);
  }, 60_000);

  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await packed[Symbol.asyncDispose]();
  });

  it("to the primes in one command", async () => {
    const commands = commandsOf("Primes on all cores");
    expect(commands).toHaveLength(1);
    await using machine = new EmptyMachine(registry.url);
    expect(await machine.run(`${commands[0]!} --below 100000`)).toMatch(
      /^on workers: 9592 primes: 2, 3, 5, .*\none by one: 9592 primes.*\nequal\n[\d.]+ s on \d+ workers?, /,
    );
  }, 180_000);

  it.skipIf(noSshd !== undefined)(
    "to a worker on a second machine in at most three",
    async () => {
      const commands = commandsOf("A worker on a second machine");
      expect(commands.length).toBeLessThanOrEqual(3);
      await using machine = new EmptyMachine(registry.url);
      await using second = new EmptyMachine(registry.url);
      await using sshd = await Sshd.start(second.env);
      const ssh = ["ssh", ...sshd.options, "-p", String(sshd.port)].map((word) => `'${word}'`).join(" ");
      const realSsh = execFileSync("bash", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
      // What would stand in ~/.ssh/config, which ssh does not look for in an empty HOME.
      writeFileSync(join(machine.folder, "bin", "ssh"), `#!/bin/sh\nexec ${ssh.replace("'ssh'", realSsh)} "$@"\n`);
      chmodSync(join(machine.folder, "bin", "ssh"), 0o755);
      for (const command of commands.slice(0, -1)) {
        await machine.run(command);
      }
      expect(await machine.run(`${commands.at(-1)!} --below 100000`)).toMatch(/\nequal\n[\d.]+ s on 1 worker, /);
    },
    180_000,
  );

  it.skipIf(!hasPython)(
    "to a Python program that exchanges values in at most five",
    async () => {
      const commands = commandsOf("A Python program");
      expect(commands.length).toBeLessThanOrEqual(5);
      const ports = { NWS_SERVER_PORT: String(await freePort()), NWS_WEB_PORT: "0" };
      await using machine = new EmptyMachine(registry.url, ports);
      for (const [, file, text] of page.matchAll(/^```\w+ file=(\S+)[^\n]*\n(.*?)^```$/gms)) {
        writeFileSync(join(machine.folder, "work", file!), text!);
      }
      let printed = "";
      for (const command of commands) {
        printed = await machine.run(command);
      }
      expect(page).toContain(`prints\n\n\`\`\`text\n${printed}\`\`\``);
      expect(printed).toContain("is: 5");
    },
    180_000,
  );
});
