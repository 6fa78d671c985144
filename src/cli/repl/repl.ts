import { Recoverable, type REPLServer, start } from "node:repl";
import type { CompleterResult } from "node:readline";
import { NetWorkSpace } from "../../client/index.ts";
import { cellText } from "../cell-text.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import type { WorkspaceChoice } from "../options.ts";
import { write } from "../output.ts";
import { nameCandidates, nameWanted } from "./completion.ts";
import { dotCommands } from "./dot-commands.ts";
import { Interrupted, run, unlessAborted } from "./evaluate.ts";
import { historyPath, prepareHistory } from "./history.ts";
import { ReplSession } from "./session.ts";
import { showValue } from "./show.ts";
import { INCOMPLETE, scriptOf } from "./transform.ts";

export interface ReplOptions {
  readonly workspace: string;
  readonly choice: WorkspaceChoice;
  /** Errors with their stacks. */
  readonly isDebugging: boolean;
  readonly hasColors: boolean;
  /** Somebody types and sees what comes; else it is a script, which ends at its first error. */
  readonly isTerminal: boolean;
}

/** Most that the end waits for the last line to be in the history. */
const HISTORY_MS = 300;

type Callback = (error: Error | null, result: unknown) => void;

/** What Node's REPL has beside what its types tell. */
type Server = REPLServer & { editorMode: boolean; lastError: unknown; completer: Completer };
type Completer = (line: string, callback: (error: Error | null, result: CompleterResult) => void) => void;

/**
 * Node's REPL, whose lines work with a server. It handles one line at a time: those that come meanwhile are held, as they may be
 * the rest of what is incomplete.
 */
export class Repl {
  readonly #options: ReplOptions;
  readonly #session: ReplSession;
  readonly #repl: Server;
  readonly #completeJavaScript: Completer;
  readonly #showPrompt: (preserveCursor?: boolean) => void;
  readonly #takeLine: (line: string) => void;
  readonly #held: string[] = [];
  #isBusy = false;
  /** The line that is handled, or was last. */
  #line = "";
  #isCompleting = false;
  /** What was typed so far is not all. */
  #isIncomplete = false;
  #hasEnded = false;
  #failure: unknown;
  /** Ends what the line waits for. */
  #interrupt: { controller: AbortController };
  #whenIdle: () => void = () => undefined;

  private constructor(session: ReplSession, options: ReplOptions, interrupt: { controller: AbortController }) {
    this.#options = options;
    this.#session = session;
    this.#interrupt = interrupt;
    const { isTerminal, hasColors } = options;
    this.#repl = start({
      prompt: isTerminal ? promptOf(session) : "",
      terminal: isTerminal,
      useColors: hasColors,
      // (Values of another realm would not be what the client takes them for.)
      useGlobal: true,
      ignoreUndefined: true,
      preview: false,
      eval: (code, _context, _file, callback) => this.#evaluate(code, callback),
      writer: (value: unknown) => showValue(value, hasColors),
    }) as Server;
    this.#completeJavaScript = this.#repl.completer.bind(this.#repl);
    this.#repl.completer = (line: string, callback: Parameters<Completer>[1]) => this.#complete(line, callback);
    this.#showPrompt = this.#repl.displayPrompt.bind(this.#repl);
    this.#repl.displayPrompt = (preserveCursor) => this.#ready(preserveCursor);
    this.#takeLine = takeListener(this.#repl, "line");
    this.#repl.on("line", (line: string) => this.#hold(line));
    const clearLine = takeListener(this.#repl, "SIGINT");
    this.#repl.on("SIGINT", () => (this.#isBusy ? this.#interrupt.controller.abort() : clearLine()));
    this.#defineAll();
  }

  /** Resolves at its end. Rejects when there is no server at first, and with the error that ended a script. */
  static async run(options: ReplOptions): Promise<void> {
    const interrupt = { controller: new AbortController() };
    const running: { repl?: Repl } = {};
    const session = await ReplSession.begin(options.workspace, {
      choice: options.choice,
      signal: () => interrupt.controller.signal,
      say: (sentence) => running.repl?.say(sentence),
    });
    if (options.isTerminal) {
      await prepareHistory(historyPath(process.env)).catch(() => undefined);
      await write(welcome(session));
    }
    running.repl = new Repl(session, options, interrupt);
    await running.repl.#untilEnd();
  }

  /** Above what is being typed. */
  say(sentence: string): void {
    if (!this.#options.isTerminal) {
      process.stderr.write(`nws: ${cellText(sentence)}\n`);
      return;
    }
    process.stdout.write(`\r\u001b[Knws: ${cellText(sentence)}\n`);
    if (!this.#isBusy && !this.#hasEnded) {
      this.#showPrompt(true);
    }
  }

  async #untilEnd(): Promise<void> {
    const { isTerminal } = this.#options;
    const report = (error: unknown): void => this.#report(error);
    process.on("unhandledRejection", report).on("uncaughtException", report);
    // (Node's REPL runs lines in a domain, as long as there are domains, and prints what nobody catches with its stack.)
    const { _domain: domain } = this.#repl as { readonly _domain?: NodeJS.EventEmitter };
    domain?.removeAllListeners("error").on("error", report);
    const ended = new Promise<void>((resolve) => this.#repl.once("exit", resolve));
    const close = (): void => this.#repl.close();
    process.once("SIGTERM", close).once("SIGHUP", close);
    if (isTerminal) {
      // At once: no line is taken before it is there. (Without a history one can work, too: Node says so.)
      await new Promise<void>((resolve) => this.#repl.setupHistory(historyPath(process.env), () => resolve()));
    }
    await ended;
    this.#hasEnded = true;
    if (/^\s*\.exit\b/.test(this.#line)) {
      // It wants no line behind it.
      this.#held.length = 0;
      this.#isBusy = false;
    }
    if (isTerminal) {
      this.#interrupt.controller.abort();
    }
    await this.#idle();
    const leases = await this.#session.end();
    if (isTerminal) {
      await this.#historyWritten();
    }
    process
      .off("unhandledRejection", report)
      .off("uncaughtException", report)
      .off("SIGTERM", close)
      .off("SIGHUP", close);
    if (isTerminal) {
      await write(
        leases === 0 ? "nothing is left booked\n" : `values on lease that go back to their places: ${leases}\n`,
      );
    }
    if (this.#isIncomplete && !isTerminal) {
      this.#failure ??= new CommandFailure(ExitCode.failed, "the last line of the script is not complete");
    }
    if (this.#failure !== undefined) {
      throw new CommandFailure(ExitCode.failed, sentenceFor(this.#failure), { cause: this.#failure });
    }
  }

  /** Node writes it a moment after each line; where it cannot, it does not say so. */
  #historyWritten(): Promise<void> {
    return new Promise((resolve) => {
      this.#repl.once("flushHistory", resolve);
      setTimeout(resolve, HISTORY_MS);
    });
  }

  // Lines, one at a time

  #hold(line: string): void {
    if (this.#repl.editorMode) {
      this.#takeLine(line);
      return;
    }
    this.#held.push(line);
    this.#next();
  }

  #next(): void {
    const line = this.#isBusy ? undefined : this.#held.shift();
    if (line === undefined) {
      if (!this.#isBusy) {
        this.#whenIdle();
      }
      return;
    }
    this.#isBusy = true;
    this.#line = line;
    this.#interrupt.controller = new AbortController();
    this.#takeLine(line);
  }

  /** Node's REPL wants the next line. */
  #ready(preserveCursor: boolean | undefined): void {
    // (Lines that are held have been typed already, and stand where they were.)
    if (this.#options.isTerminal && !this.#hasEnded && this.#held.length === 0) {
      this.#repl.setPrompt(promptOf(this.#session));
      this.#showPrompt(preserveCursor);
    }
    if (this.#isBusy) {
      this.#isBusy = false;
      setImmediate(() => this.#next());
    }
  }

  /** Resolves when all lines have been handled. */
  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      this.#next();
    });
  }

  // What a line does

  #evaluate(typed: string, callback: Callback): void {
    let code = typed;
    let script;
    try {
      script = scriptOf(code);
      // (What has been typed already is taken from here: Node 24 has what is typed later in the same line.)
      while (script === INCOMPLETE && !this.#isCompleting && this.#held.length > 0) {
        code += `${this.#held.shift()!}\n`;
        script = scriptOf(code);
      }
    } catch (error) {
      this.#finish(callback, error);
      return;
    }
    this.#isIncomplete = script === INCOMPLETE;
    if (script === INCOMPLETE) {
      this.#tell(callback, new Recoverable(new SyntaxError("incomplete")));
      return;
    }
    const { signal } = this.#interrupt.controller;
    if (this.#isCompleting) {
      run(script, signal).then(
        (value) => callback(null, value),
        () => callback(null, undefined),
      );
      return;
    }
    this.#session
      .renewIfLost()
      .then(() => run(script, signal))
      .then(
        (value) => this.#tell(callback, null, value),
        (error: unknown) => this.#finish(callback, error),
      );
  }

  /** Tells Node's REPL how a line went. Node 24 wants no other line when its input is over, or when this one is not complete: here there may be some. */
  #tell(callback: Callback, error: Error | null, value?: unknown): void {
    callback(error, value);
    if (this.#isBusy && !this.#isCompleting) {
      this.#isBusy = false;
      setImmediate(() => this.#next());
    }
  }

  #finish(callback: Callback, error: unknown): void {
    if (!this.#isCompleting) {
      this.#report(error);
    }
    this.#tell(callback, null);
  }

  #report(error: unknown): void {
    const { isTerminal, isDebugging } = this.#options;
    this.#repl.lastError = error;
    if (!isTerminal) {
      this.#failure ??= error;
      this.#held.length = 0;
      this.#isIncomplete = false;
      this.#repl.close();
      return;
    }
    const stack = isDebugging && error instanceof Error ? `${error.stack ?? ""}\n` : "";
    // (What comes while somebody types stands above that.)
    process.stdout.write(`${this.#isBusy ? "" : "\r\u001b[K"}${sentenceFor(error)}\n${stack}`);
    if (!this.#isBusy && !this.#hasEnded) {
      this.#showPrompt(true);
    }
  }

  // Names

  #defineAll(): void {
    const session = this.#session;
    const { context } = this.#repl;
    Object.assign(context, session.globals());
    for (const name of ["ws", "server"] as const) {
      Object.defineProperty(context, name, {
        get: () => session[name],
        // (It is the user's own from then on.)
        set: (value: unknown) => Object.defineProperty(context, name, { value, writable: true, configurable: true }),
        configurable: true,
        enumerable: true,
      });
    }
    for (const [name, { help, run: act }] of Object.entries(dotCommands)) {
      this.#repl.defineCommand(name, {
        help,
        action: (argument) => {
          this.#repl.clearBufferedCommand();
          const { signal } = this.#interrupt.controller;
          const print = (text: string): void => void process.stdout.write(`${text}\n`);
          const show = (value: unknown): string => showValue(value, this.#options.hasColors);
          const done = session.renewIfLost().then(() => act({ session, print, show, signal }, argument.trim()));
          unlessAborted(done, signal).then(
            () => this.#repl.displayPrompt(),
            (error: unknown) => {
              this.#report(error);
              this.#repl.displayPrompt();
            },
          );
        },
      });
    }
  }

  #complete(line: string, callback: (error: Error | null, result: CompleterResult) => void): void {
    const wanted = nameWanted(line);
    if (wanted === undefined) {
      this.#isCompleting = true;
      this.#completeJavaScript(line, (error, result) => {
        this.#isCompleting = false;
        callback(error, result);
      });
      return;
    }
    const of = wanted.variablesOf;
    const ws: unknown = of === undefined ? undefined : (this.#repl.context as Record<string, unknown>)[of];
    if (of !== undefined && !(ws instanceof NetWorkSpace)) {
      callback(null, [[], wanted.partial]);
      return;
    }
    void this.#session.names(ws as NetWorkSpace | undefined).then((names) => {
      callback(null, [nameCandidates(names, wanted), wanted.partial]);
    });
  }
}

/** What went wrong, in one line. Of an error of the client, the reason says it. */
function sentenceFor(error: unknown): string {
  if (error instanceof Interrupted || (error instanceof Error && "code" in error && error.code === "aborted")) {
    return "interrupted";
  }
  if (!(error instanceof Error)) {
    return cellText(`thrown: ${String(error)}`);
  }
  const { name } = error;
  // (Acorn says where, in a line and a column that nobody counts.)
  const message = error instanceof SyntaxError ? error.message.replace(/ \(\d+:\d+\)$/, "") : error.message;
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : undefined;
  const hint = "bytes" in error ? " (its bytes are _error.bytes)" : "";
  const isOwn = reason !== undefined || "code" in error || error instanceof CommandFailure;
  return cellText((reason ?? (isOwn ? message : `${name}: ${message}`)) + hint);
}

function promptOf({ ws }: ReplSession): string {
  return `${cellText(ws.name)}> `;
}

function welcome({ ws, server }: ReplSession): string {
  return `Workspace '${cellText(ws.name)}' on ${cellText(server.address)}, as ws. Try: await ws.store('x', 1), await ws.fetch('x')
Tab completes, also names of variables; Ctrl-C ends waiting; .help lists commands; Ctrl-D ends.
`;
}

/** What is done at an event until now, for somebody who decides when it is to be done. */
function takeListener(emitter: REPLServer, event: string): (...args: unknown[]) => void {
  const listeners = emitter.listeners(event);
  emitter.removeAllListeners(event);
  return (...args) => listeners.forEach((listener) => Reflect.apply(listener, emitter, args) as unknown);
}
