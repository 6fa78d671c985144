import { type FileHandle, open, rename, stat, unlink } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { StreamControl, StreamSink } from "./download.ts";
import { ArgumentError, NwsError, OperationError, type Where } from "./errors.ts";
import { subject } from "./failure.ts";

/** A path, a file: URL, or a stream that takes bytes: a Node stream or a web stream. */
export type FileTarget = string | URL | NodeJS.WritableStream | WritableStream<Uint8Array>;

/** Where the bytes go. Calls come one after the other. */
interface Output {
  write(bytes: Uint8Array): Promise<void>;
  /** All bytes were written. */
  finish(): Promise<void>;
  /** No more will come: leave nothing half done. Does not throw. */
  discard(error: Error): Promise<void>;
}

/** Writes a value that comes in pieces, and grants as much as was written: so little of it is ever in memory. */
export class OutputSink implements StreamSink {
  readonly #target: FileTarget;
  readonly #endsStream: boolean;
  readonly #where: Where;
  #control: StreamControl | undefined;
  #output: Output | undefined;
  #error: Error | undefined;
  #tail: Promise<void> = Promise.resolve();

  /** Throws an ArgumentError when `target` is nothing to write to. */
  constructor(target: FileTarget, endsStream: boolean, where: Where) {
    checkTarget(target, where);
    this.#target = target;
    this.#endsStream = endsStream;
    this.#where = where;
  }

  begin(_length: number, control: StreamControl): void {
    this.#control = control;
    this.#then(async () => {
      this.#output = await openOutput(this.#target, this.#endsStream);
    });
  }

  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.#then(async () => {
      await this.#output!.write(bytes);
      this.#control!.grant(bytes.length);
    });
  }

  fail(error: Error): void {
    this.#error ??= error;
  }

  /** All has been pushed: resolves when it is written and closed. Rejects, with nothing left behind, when that failed. */
  async finish(): Promise<void> {
    this.#then(() => this.#output!.finish());
    await this.#tail;
    if (this.#error !== undefined) {
      await this.discard(this.#error);
      throw this.#error;
    }
  }

  /** Removes what was written of a value that will not be complete. */
  async discard(error: Error): Promise<void> {
    this.fail(error);
    await this.#tail;
    await this.#output?.discard(error);
    this.#output = undefined;
  }

  #then(step: () => Promise<void>): void {
    this.#tail = this.#tail.then(async () => {
      if (this.#error === undefined) {
        try {
          await step();
        } catch (error) {
          const failure = streamFailed(error, this.#where);
          this.#error ??= failure;
          this.#control?.giveUp(failure);
        }
      }
    });
  }
}

/** The error for what a file or a stream threw. */
export function streamFailed(error: unknown, where: Where): NwsError {
  if (error instanceof NwsError) {
    return error;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new OperationError("stream_failed", `${subject(where)} failed: ${reason}`, { ...where, reason, cause: error });
}

function checkTarget(target: unknown, where: Where): void {
  const isPath = typeof target === "string" || target instanceof URL;
  if (!isPath && !(typeof target === "object" && target !== null && ("getWriter" in target || "write" in target))) {
    const reason = "the target is no path and no stream that takes bytes";
    throw new ArgumentError("bad_arguments", `${subject(where)} failed: ${reason}`, { ...where, reason });
  }
}

async function openOutput(target: FileTarget, endsStream: boolean): Promise<Output> {
  if (typeof target === "string" || target instanceof URL) {
    return FileOutput.open(typeof target === "string" ? target : fileURLToPath(target));
  }
  return "getWriter" in target ? new WebOutput(target, endsStream) : new NodeOutput(target, endsStream);
}

let partCount = 0;

/** A file, which appears under its name when it is complete. (What is no regular file, as a pipe, is written directly.) */
class FileOutput implements Output {
  readonly #file: FileHandle;
  readonly #part: string | undefined;
  readonly #path: string;

  private constructor(file: FileHandle, part: string | undefined, path: string) {
    this.#file = file;
    this.#part = part;
    this.#path = path;
  }

  static async open(path: string): Promise<FileOutput> {
    const status = await stat(path).catch(() => undefined);
    if (status !== undefined && !status.isFile()) {
      return new FileOutput(await open(path, "w"), undefined, path);
    }
    const part = `${path}.${process.pid}-${++partCount}.part`;
    return new FileOutput(await open(part, "wx"), part, path);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, at);
      at += bytesWritten;
    }
  }

  async finish(): Promise<void> {
    await this.#file.close();
    if (this.#part !== undefined) {
      await rename(this.#part, this.#path);
    }
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    if (this.#part !== undefined) {
      await unlink(this.#part).catch(() => undefined);
    }
  }
}

class NodeOutput implements Output {
  readonly #stream: NodeJS.WritableStream;
  readonly #ends: boolean;
  #fail: ((error: Error) => void) | undefined;
  #failure: Error | undefined;
  readonly #onError = (error: Error): void => {
    this.#failure ??= error;
    this.#fail?.(error);
  };
  readonly #onClose = (): void => this.#onError(new Error("the stream was closed before all was written"));

  constructor(stream: NodeJS.WritableStream, ends: boolean) {
    this.#stream = stream;
    this.#ends = ends;
    stream.on("error", this.#onError);
    stream.on("close", this.#onClose);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#until((done) => this.#stream.write(bytes, done));
  }

  async finish(): Promise<void> {
    if (this.#ends) {
      await this.#until((done) => this.#stream.end(done));
    }
    this.#leave();
  }

  discard(error: Error): Promise<void> {
    if (this.#ends && "destroy" in this.#stream && typeof this.#stream.destroy === "function") {
      // The listeners stay: the stream will emit the error, and it has been told already.
      (this.#stream as unknown as { destroy(error: Error): void }).destroy(error);
    } else {
      this.#leave();
    }
    return Promise.resolve();
  }

  #until(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#fail = reject;
      start((error) => (error ? reject(error) : resolve()));
    });
  }

  #leave(): void {
    this.#stream.off("error", this.#onError);
    this.#stream.off("close", this.#onClose);
  }
}

class WebOutput implements Output {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ends: boolean;

  constructor(stream: WritableStream<Uint8Array>, ends: boolean) {
    this.#writer = stream.getWriter();
    this.#ends = ends;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer.ready;
    await this.#writer.write(bytes);
  }

  async finish(): Promise<void> {
    if (this.#ends) {
      await this.#writer.close();
    }
    this.#writer.releaseLock();
  }

  async discard(error: Error): Promise<void> {
    if (this.#ends) {
      await this.#writer.abort(error).catch(() => undefined);
    }
    this.#writer.releaseLock();
  }
}
