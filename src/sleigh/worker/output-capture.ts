import { StringDecoder } from "node:string_decoder";

export type OutputStream = "stdout" | "stderr";

/** Called with what was printed. */
export type OutputSink = (stream: OutputStream, text: string) => void;

/** Of what a task printed, this many characters go with its error. */
const TAIL_CHARS = 4096;
/** Prints that follow each other faster than this travel together. */
const TOGETHER_MS = 1;
const MAX_PENDING_CHARS = 16_384;

/**
 * Takes what the task thread prints, by `console`, `process.stdout` or `process.stderr`, instead of the streams. Nothing is held
 * back longer than until the end of the task (`flush`) or of the turn.
 */
export class OutputCapture {
  readonly #sink: OutputSink;
  #stream: OutputStream = "stdout";
  #pending = "";
  #sentAt = 0;
  #isScheduled = false;
  #tail = "";

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  /** From now on the process's streams lead here. */
  install(): void {
    this.#replace("stdout");
    this.#replace("stderr");
  }

  write(stream: OutputStream, text: string): void {
    if (text === "") {
      return;
    }
    this.#tail = (this.#tail + text).slice(-TAIL_CHARS);
    if (stream !== this.#stream) {
      this.flush();
      this.#stream = stream;
    }
    this.#pending += text;
    if (this.#pending.length >= MAX_PENDING_CHARS || performance.now() - this.#sentAt >= TOGETHER_MS) {
      this.flush();
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.flush();
      });
    }
  }

  /** Hands over what is pending. */
  flush(): void {
    if (this.#pending !== "") {
      const text = this.#pending;
      this.#pending = "";
      this.#sentAt = performance.now();
      this.#sink(this.#stream, text);
    }
  }

  /** A task begins: the tail is its own. */
  beginTask(): void {
    if (this.#tail !== "") {
      this.#tail = "";
    }
  }

  /** The last that was printed since the task began. */
  get tail(): string {
    return this.#tail;
  }

  #replace(name: OutputStream): void {
    const decoder = new StringDecoder("utf8");
    const write = (
      chunk: string | Uint8Array,
      encodingOrDone?: BufferEncoding | ((error?: Error | null) => void),
      done?: (error?: Error | null) => void,
    ): boolean => {
      const encoding = typeof encodingOrDone === "string" ? encodingOrDone : "utf8";
      const text =
        typeof chunk !== "string"
          ? decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
          : encoding === "utf8" || encoding === "utf-8"
            ? chunk
            : Buffer.from(chunk, encoding).toString("utf8");
      this.write(name, text);
      const callback = typeof encodingOrDone === "function" ? encodingOrDone : done;
      if (callback !== undefined) {
        process.nextTick(callback, null);
      }
      return true;
    };
    process[name].write = write;
  }
}
