import { createWriteStream, type WriteStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Audit, AuditEntry } from "./audit.ts";
import type { Logger } from "./logger.ts";

/** Who has done what, in a file for the user alone: a line of JSON for each entry, appended to what is there. */
export class AuditFile implements Audit {
  readonly #path: string;
  readonly #logger: Logger;
  #stream: WriteStream | undefined;
  /** Of the streams before this one. */
  #ended: Promise<unknown> = Promise.resolve();

  private constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** Rejects when the file cannot be written. */
  static async open(path: string, logger: Logger): Promise<AuditFile> {
    const file = new AuditFile(path, logger);
    const handle = await open(path, "a", 0o600);
    await handle.close();
    file.#stream = file.#append();
    return file;
  }

  note({ who, from, act, on }: AuditEntry): void {
    const entry = { time: new Date().toISOString(), user: who?.name, id: who?.id, from, act, on };
    this.#stream?.write(`${JSON.stringify(entry)}\n`);
  }

  /** Goes on in the file that has the name now: for who moves it away once it is long. */
  reopen(): void {
    this.#ended = Promise.all([this.#ended, ended(this.#stream)]);
    this.#stream = this.#append();
  }

  /** Done when all is written. */
  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    await Promise.all([this.#ended, ended(stream)]);
  }

  #append(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: "a", mode: 0o600 });
    stream.on("error", (error) => {
      this.#logger.error({ err: error, path: this.#path }, "the audit log cannot be written");
    });
    return stream;
  }
}

/** Ends a stream; done when all is written, or that has failed. */
function ended(stream: WriteStream | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (stream === undefined || stream.destroyed) {
      resolve();
    } else {
      stream.end(resolve);
      stream.on("error", () => resolve());
    }
  });
}
