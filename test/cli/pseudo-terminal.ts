import { type IPty, spawn } from "@lydell/node-pty";
import headless from "@xterm/headless";
import { nwsPath } from "./nws-process.ts";

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Beside those of this process; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Of the server that `nws` talks to. */
  readonly port?: number;
}

/** Keys, as a terminal sends them. */
export const Key = {
  enter: "\r",
  escape: "\u001b",
  tab: "\t",
  up: "\u001b[A",
  down: "\u001b[B",
  pageDown: "\u001b[6~",
  backspace: "\u007f",
  ctrlC: "\u0003",
  ctrlD: "\u0004",
  ctrlU: "\u0015",
  ctrlZ: "\u001a",
} as const;

/** So long a test waits for what it wants to see: then something is wrong, and what is on the screen says what. */
const MOST_MS = 20_000;
const LOOK_MS = 200;

/** A program on a terminal: what a person at it types and sees. */
export class PseudoTerminal implements AsyncDisposable {
  readonly #pty: IPty;
  readonly #screen: headless.Terminal;
  #written = "";
  #exitCode: number | undefined;
  /** How it ended. A signal is told as 128 and its number, as shells do. */
  readonly exitCode: Promise<number>;
  #changed: () => void = () => undefined;

  constructor(file: string, args: readonly string[], options: TerminalOptions = {}) {
    const { columns = 80, rows = 24, env = {}, port } = options;
    const server = { NWS_HOST: "127.0.0.1", NWS_SERVER_PORT: port === undefined ? undefined : String(port) };
    const all = { ...process.env, ...server, TERM: "xterm-256color", NO_COLOR: undefined, ...env };
    this.#screen = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 10_000 });
    // (What is undefined would become the text "undefined".)
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    this.#pty = spawn(file, [...args], { cols: columns, rows, env: given });
    this.#pty.onData((data) => {
      this.#written += data;
      this.#screen.write(data, () => this.#changed());
    });
    // (What a terminal is asked, it answers.)
    this.#screen.onData((data) => this.#pty.write(data));
    this.exitCode = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#exitCode = signal !== undefined && signal > 0 ? 128 + signal : exitCode;
        resolve(this.#exitCode);
        this.#changed();
      });
    });
  }

  static nws(args: readonly string[], options: TerminalOptions = {}): PseudoTerminal {
    return new PseudoTerminal(process.execPath, [nwsPath, ...args], options);
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Every byte that came, with all its escape sequences. */
  get written(): string {
    return this.#written;
  }

  /** The lines on the screen, without spaces at their ends. */
  get lines(): string[] {
    const { active } = this.#screen.buffer;
    const lines = Array.from({ length: this.#screen.rows }, (_, row) => active.getLine(active.baseY + row));
    return lines.map((line) => line?.translateToString(true) ?? "");
  }

  get text(): string {
    return this.lines.join("\n");
  }

  /** Whether a program has the other screen, which has no history. */
  get isAlternate(): boolean {
    return this.#screen.buffer.active.type === "alternate";
  }

  get cursor(): { readonly column: number; readonly row: number } {
    const { cursorX, cursorY } = this.#screen.buffer.active;
    return { column: cursorX, row: cursorY };
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.#pty.pid, signal);
  }

  /** Resolves when the screen shows it; rejects when the program ends without, or too much time has passed. */
  async shows(wanted: string | RegExp | ((text: string) => boolean)): Promise<string> {
    const isThere = (text: string): boolean =>
      typeof wanted === "function"
        ? wanted(text)
        : typeof wanted === "string"
          ? text.includes(wanted)
          : wanted.test(text);
    const deadline = Date.now() + MOST_MS;
    while (!isThere(this.text)) {
      if (this.#exitCode !== undefined) {
        await this.#drained();
        if (isThere(this.text)) {
          break;
        }
        throw new Error(
          `it ended with ${this.#exitCode}, and the screen does not show ${String(wanted)}:\n${this.text}`,
        );
      }
      if (Date.now() > deadline) {
        throw new Error(`the screen does not show ${String(wanted)}:\n${this.text}`);
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        setTimeout(resolve, LOOK_MS).unref();
      });
    }
    return this.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#exitCode === undefined) {
      this.#pty.kill("SIGKILL");
      await this.exitCode;
    }
    this.#screen.dispose();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => this.#screen.write("", resolve));
  }
}
