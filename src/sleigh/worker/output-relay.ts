import { createWriteStream, type WriteStream } from "node:fs";
import type { Link } from "./link.ts";
import type { OutputStream } from "./output-capture.ts";

/** Of what waits to be sent; a task that prints faster than that for long loses the rest. */
const MAX_WAITING_CHARS = 16 * 2 ** 20;
/** What is told of a task that did not live to tell it. */
const TAIL_CHARS = 4096;

export interface OutputRelayOptions {
  readonly link: Link;
  /** Sent to the master, or else printed by this process. */
  readonly redirect: boolean;
  readonly logFile: string | undefined;
}

/** What tasks print, on its way to the master and into the log file. While one message is under way the rest collects. */
export class OutputRelay {
  readonly #link: Link;
  readonly #redirect: boolean;
  readonly #log: WriteStream | undefined;
  #waiting: { readonly stream: OutputStream; text: string }[] = [];
  #waitingChars = 0;
  #isSending = false;
  #tail = "";

  constructor({ link, redirect, logFile }: OutputRelayOptions) {
    this.#link = link;
    this.#redirect = redirect;
    this.#log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: "a", mode: 0o600 });
    this.#log?.on("error", (error) => void link.trouble(`the log file cannot be written: ${error.message}`));
  }

  write(stream: OutputStream, text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL_CHARS);
    this.#log?.write(text);
    if (!this.#redirect) {
      process[stream].write(text);
      return;
    }
    const last = this.#waiting.at(-1);
    if (this.#waitingChars > MAX_WAITING_CHARS) {
      return;
    }
    this.#waitingChars += text.length;
    const isOver = this.#waitingChars > MAX_WAITING_CHARS;
    const kept = isOver ? `${text}\n... more was printed than could be sent\n` : text;
    if (last?.stream === stream) {
      last.text += kept;
    } else {
      this.#waiting.push({ stream, text: kept });
    }
    if (!this.#isSending) {
      void this.#send();
    }
  }

  /** Sends what waits, so that it comes before what is stored next. */
  flush(): void {
    const { rank, token } = this.#link;
    for (const { stream, text } of this.#waiting) {
      void this.#link.send({ kind: "output", rank, token, stream, text }).catch(() => undefined);
    }
    this.#waiting = [];
    this.#waitingChars = 0;
  }

  /** The last that was printed. */
  get tail(): string {
    return this.#tail;
  }

  async close(): Promise<void> {
    this.flush();
    const log = this.#log;
    if (log !== undefined) {
      await new Promise<void>((resolve) => log.end(resolve));
    }
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    const { rank, token } = this.#link;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { stream, text } = next;
      this.#waitingChars = Math.max(0, this.#waitingChars - text.length);
      // A broken connection is noticed elsewhere.
      await this.#link.send({ kind: "output", rank, token, stream, text }).catch(() => undefined);
    }
    this.#isSending = false;
  }
}
