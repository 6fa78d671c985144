import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Block } from "./block.ts";
import { freePorts, isListening, untilListening } from "./ports.ts";
import { Running } from "./running.ts";

/** The ports that the pages name; in blocks and their outputs they stand for the page's own. */
const namedPort = "8765";
const namedWebPort = "8766";

const interpreters: Record<string, readonly string[]> = {
  ts: ["tsx"],
  js: ["node"],
  python: ["python3"],
  r: ["Rscript"],
};

/** Variables of the environment that a reader does not have. */
const ofTheTests = /^(?:XDG_|NODE_|NWS_|VITEST|npm_|FORCE_COLOR$)/;

/** What a block that starts a server has in it. */
const startsServer = /\b(?:nws|networkspaces) server\b|\bstartServer\(/;

/**
 * Runs the blocks of a page, one after the other, as a reader does who begins in an empty folder where the package is installed. The page has a home folder
 * and two ports of its own (a server's web port is the one after its port), and one server at a time: a block that starts one takes the place of the server before; a block that needs one and finds none
 * gets one.
 */
export class PageRun implements AsyncDisposable {
  readonly #folder: string;
  readonly #logs: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #ports: { readonly port: number; readonly webPort: number };
  /** What goes on, with the block that it is of; the page's own server has none. */
  #running: { readonly block: Block | undefined; readonly running: Running }[] = [];

  private constructor(base: string, name: string, ports: { readonly port: number; readonly webPort: number }) {
    const own = join(base, "pages", name);
    this.#folder = join(own, "folder");
    this.#logs = join(own, "logs");
    this.#ports = ports;
    const home = join(own, "home");
    for (const folder of [this.#folder, this.#logs, home]) {
      mkdirSync(folder, { recursive: true });
    }
    symlinkSync(join(base, "node_modules"), join(this.#folder, "node_modules"), "junction");
    writeFileSync(join(this.#folder, "package.json"), '{ "type": "module", "private": true }\n');
    this.#env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTheTests.test(name))),
      PATH: [join(base, "node_modules", ".bin"), dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: home,
      NWS_HOST: "127.0.0.1",
      NWS_SERVER_PORT: String(ports.port),
      NO_COLOR: "1",
      TERM: "dumb",
      npm_config_update_notifier: "false",
      npm_config_offline: "true",
    };
  }

  /** `base`: where the package is installed. */
  static async begin(base: string, name: string): Promise<PageRun> {
    return new PageRun(base, name, await freePorts());
  }

  /** Runs a block, and says what was not run and why; `undefined` when it was. Throws when it does not do what the page says. */
  async run(block: Block): Promise<string | undefined> {
    const code = this.#withOwnPorts(block.code);
    const file = join(this.#folder, block.file ?? `block-${block.line}.${block.language}`);
    if (block.file !== undefined || block.kind === "run" || block.kind === "background") {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, code);
    }
    if (block.kind !== "run" && block.kind !== "background") {
      return undefined;
    }
    const command =
      block.language === "sh" ? ["bash", "-e", "-o", "pipefail", file] : [...interpreters[block.language]!, file];
    if (!this.#has(command[0]!)) {
      return `there is no ${command[0]}`;
    }
    const serves = startsServer.test(code);
    if (serves) {
      await this.#stopServer();
    } else {
      await this.#needServer();
    }
    const running = this.#start(command, block);
    if (block.kind === "run") {
      const code = await running.end();
      if (code !== 0) {
        const end = code === undefined ? "does not end; should it have `background`?" : `ended with ${code}`;
        throw failure(block, end, running);
      }
    } else if (serves) {
      const ended = running.ended.then((code) => failure(block, `ended with ${code}`, running));
      await untilListening(this.#ports.port, ended);
    }
    if (block.kind === "run") {
      await this.#compare(block, running);
    }
    return undefined;
  }

  /** To be called at the end: what goes on must still do so, or have ended well, and must print what the page says. */
  async check(): Promise<void> {
    for (const { block, running } of this.#running) {
      if (block?.kind === "background") {
        await this.#compare(block, running);
      }
      if (block?.kind === "background" && running.code !== undefined && running.code !== 0) {
        throw failure(block, `should have gone on, and ended with ${running.code}`, running);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopAll();
  }

  async #compare(block: Block, running: Running): Promise<void> {
    if (block.output !== undefined && !(await running.prints(this.#pattern(block.output)))) {
      throw failure(block, `has not printed what the page says:\n${indented(block.output)}`, running);
    }
  }

  #start(command: readonly string[], block: Block | undefined): Running {
    const log = join(this.#logs, `${this.#running.length}.txt`);
    const running = new Running(command, this.#folder, this.#env, log);
    this.#running.push({ block, running });
    return running;
  }

  /** With the server go the programs that use it: all must have been well until then. */
  async #stopServer(): Promise<void> {
    await this.check();
    await this.#stopAll();
    this.#running = [];
  }

  async #stopAll(): Promise<void> {
    // The youngest first: programs before the servers that they use.
    for (const { running } of this.#running.reverse()) {
      await running.stop();
    }
  }

  async #needServer(): Promise<void> {
    if (!(await isListening(this.#ports.port))) {
      const running = this.#start(["nws", "server"], undefined);
      const ended = running.ended.then((code) => new Error(`no server: it ended with ${code}\n${running.printed}`));
      await untilListening(this.#ports.port, ended);
    }
  }

  #withOwnPorts(text: string): string {
    const { port, webPort } = this.#ports;
    return text.replaceAll(namedPort, String(port)).replaceAll(namedWebPort, String(webPort));
  }

  #pattern(output: string): RegExp {
    const parts = this.#withOwnPorts(output)
      .trim()
      .split("…")
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return new RegExp(`^\\s*${parts.join("[^]*?")}\\s*$`);
  }

  #has(program: string): boolean {
    try {
      execFileSync("/bin/sh", ["-c", `command -v ${program}`], { env: this.#env, stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }
}

function failure(block: Block, what: string, running: Running): Error {
  const { page, line, language, code } = block;
  const error = new Error(
    `${page}:${line}: this ${language} block ${what}\n${indented(code)}\nIt printed:\n${indented(running.printed)}`,
  );
  error.stack = ""; // Where in this file it was noticed helps nobody.
  return error;
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, "    ");
}
