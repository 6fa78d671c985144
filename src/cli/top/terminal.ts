import { writeSync } from "node:fs";
import { emitKeypressEvents } from "node:readline";
import type { Size } from "./draw.ts";
import { type Keypress, nameOfKey } from "./keys.ts";

/** The other screen, without a cursor, without going on in the next line. */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

/** Where there is no telling. */
const USUAL: Size = { columns: 80, rows: 24 };

export interface ScreenUser {
  key(name: string, text: string): void;
  /** The size has changed, or nothing is on the screen any more. */
  redraw(): void;
  /** Somebody wants the program to end. */
  stop(): void;
}

/**
 * The terminal, while the program has all of it. However the program ends, and while it is stopped (Ctrl-Z), the terminal is as it was
 * before: its text, its cursor, its mode.
 */
export class Screen implements Disposable {
  readonly #user: ScreenUser;
  #shown: readonly string[] = [];
  #isOurs = false;
  #isSuspended = false;

  constructor(user: ScreenUser) {
    this.#user = user;
    emitKeypressEvents(process.stdin);
    process.stdin.on("keypress", this.#pressed).on("end", this.#stop).on("error", this.#stop);
    process.stdout.on("resize", this.#redraw);
    process.on("exit", this.#leave).on("SIGCONT", this.#comeBack).on("SIGTSTP", this.#suspend);
    process.on("SIGINT", this.#stop).on("SIGTERM", this.#stop).on("SIGHUP", this.#stop);
    this.#enter();
  }

  get size(): Size {
    const { columns, rows } = process.stdout;
    return columns > 0 && rows > 0 ? { columns, rows } : USUAL;
  }

  /** Writes those lines that are other ones than before. */
  show(lines: readonly string[]): void {
    if (!this.#isOurs) {
      return;
    }
    let text = "";
    for (let row = 0; row < Math.max(lines.length, this.#shown.length); row++) {
      const line = lines[row] ?? "";
      if (line !== this.#shown[row]) {
        text += `\u001b[${row + 1};1H\u001b[2K${line}`;
      }
    }
    this.#shown = lines;
    if (text !== "") {
      process.stdout.write(text);
    }
  }

  /** Gives the terminal back and stops the program, as the shell's user wants it, until that has it go on. */
  suspend(): void {
    this.#suspend();
  }

  [Symbol.dispose](): void {
    this.#leave();
    process.stdin.off("keypress", this.#pressed).off("end", this.#stop).off("error", this.#stop);
    process.stdout.off("resize", this.#redraw);
    process.off("exit", this.#leave).off("SIGCONT", this.#comeBack).off("SIGTSTP", this.#suspend);
    process.off("SIGINT", this.#stop).off("SIGTERM", this.#stop).off("SIGHUP", this.#stop);
  }

  readonly #pressed = (text: string | undefined, key: Keypress): void => {
    this.#user.key(nameOfKey(text, key), text ?? "");
  };

  readonly #stop = (): void => this.#user.stop();

  readonly #redraw = (): void => {
    this.#shown = [];
    if (this.#isOurs) {
      process.stdout.write("\u001b[2J");
      this.#user.redraw();
    }
  };

  readonly #suspend = (): void => {
    if (process.platform === "win32") {
      return;
    }
    this.#leave();
    this.#isSuspended = true;
    // Nobody listens: the system does with it what it does with any program.
    process.off("SIGTSTP", this.#suspend);
    process.kill(process.pid, "SIGTSTP");
    // Where there is no shell that could have it go on, the system has not stopped it.
    // (Where it has, SIGCONT is told of first.)
    setTimeout(() => setImmediate(() => this.#isSuspended && this.#comeBack()), 0);
  };

  /** (Another program may have changed the terminal's mode, also where ours was stopped without being asked.) */
  readonly #comeBack = (): void => {
    this.#isSuspended = false;
    this.#leave();
    this.#enter();
    process.off("SIGTSTP", this.#suspend).on("SIGTSTP", this.#suspend);
    this.#redraw();
  };

  #enter(): void {
    this.#isOurs = true;
    this.#shown = [];
    process.stdin.setRawMode(true).resume();
    process.stdout.write(ENTER);
  }

  /** At once, as this may be the last that the program does. */
  readonly #leave = (): void => {
    if (!this.#isOurs) {
      return;
    }
    this.#isOurs = false;
    try {
      process.stdin.setRawMode(false).pause();
      writeSync(process.stdout.fd, LEAVE);
    } catch {
      // The terminal is gone: then there is nothing to give back.
    }
  };
}
