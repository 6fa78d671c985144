import { MAX_INLINE_BYTES, Verb } from "../wire/verbs.ts";
import { Descriptor } from "../codec/index.ts";
import type { Streamed } from "./outcomes.ts";
import { checkWhole } from "./arguments.ts";
import { LeaseLostError, type Where } from "./errors.ts";
import { again } from "./failure.ts";
import { type FileSource, openInput } from "./file-input.ts";
import { type FileTarget, OutputSink, streamFailed } from "./file-output.ts";
import type { StoreOptions } from "./limits.ts";
import type { NumberedVariable } from "./names.ts";
import type { WaitOptions } from "./session.ts";
import { storeStream } from "./stream-store.ts";
import { type NameOf, WorkspaceBase } from "./workspace-base.ts";
import { fieldsOf, sendValue } from "./writing.ts";

export type { FileSource } from "./file-input.ts";
export type { FileTarget } from "./file-output.ts";

export interface StoreFileOptions extends StoreOptions {
  /** How many bytes the stream has. Not needed for a file. */
  readonly length?: number | undefined;
  /** Most bytes of a stream without `length` that are collected in memory. Default 64 MiB; more is a LimitError. */
  readonly maxBufferedBytes?: number | undefined;
}

/** How bytes are fetched into a file or a stream. */
export interface FetchFileOptions extends WaitOptions {
  /** Whether a stream that was given is ended after the value. Default true; false for `process.stdout`. */
  readonly end?: boolean | undefined;
}

const DEFAULT_MAX_BUFFERED_BYTES = 67_108_864;

/**
 * The operations that move bytes between a variable and a file or stream, with little of them in memory at a time. Such a
 * value is an ordinary one, which `fetch` gives as a Uint8Array; and whatever a value is, its bytes are what the others
 * write. All resolve with the number of bytes.
 */
export class FileWorkspace<Vars = Record<string, unknown>> extends WorkspaceBase<Vars> {
  /**
   * Stores the bytes of a file or a stream as one value. They travel in chunks: the length must be known before, or a stream is
   * collected first. Later operations on the same variable wait until they are sent.
   */
  storeFile(name: NameOf<Vars>, source: FileSource, options: StoreFileOptions = {}): Promise<number> {
    const variable = this.handle.ready.get(name);
    if (variable === undefined) {
      return this.session.later(this.handle, "storeFile", name, options, (left) => this.storeFile(name, source, left));
    }
    const { uploads } = this.session.exchange;
    uploads.hold(variable);
    return this.#storeFile(variable, source, options);
  }

  /** Takes a value, and writes its bytes; waits for one. If they cannot be written the value stays where it was. */
  fetchFile(name: NameOf<Vars>, target: FileTarget, options?: FetchFileOptions): Promise<number> {
    return this.#receive("fetch", "fetchFile", name, target, options) as Promise<number>;
  }

  /** Takes a value if there is one, and writes its bytes; else resolves with undefined and leaves the target alone. */
  fetchTryFile(name: NameOf<Vars>, target: FileTarget, options?: FetchFileOptions): Promise<number | undefined> {
    return this.#receive("fetchTry", "fetchTryFile", name, target, options);
  }

  /** Writes the bytes of a value, which stays; waits for one. */
  findFile(name: NameOf<Vars>, target: FileTarget, options?: FetchFileOptions): Promise<number> {
    return this.#receive("find", "findFile", name, target, options) as Promise<number>;
  }

  /** Writes the bytes of a value, which stays, if there is one; else resolves with undefined and leaves the target alone. */
  findTryFile(name: NameOf<Vars>, target: FileTarget, options?: FetchFileOptions): Promise<number | undefined> {
    return this.#receive("findTry", "findTryFile", name, target, options);
  }

  /** The variable is held. */
  async #storeFile(variable: NumberedVariable, source: FileSource, options: StoreFileOptions): Promise<number> {
    const { exchange } = this.session;
    const where: Where = { operation: "storeFile", workspace: this.name, variable: variable.name };
    const { signal } = options;
    let isHeld = true;
    const letGo = (): void => {
      if (isHeld) {
        isHeld = false;
        exchange.uploads.letGo(variable);
      }
    };
    try {
      const fields = fieldsOf(options, where);
      const most = checkWhole(
        "maxBufferedBytes",
        options.maxBufferedBytes ?? DEFAULT_MAX_BUFFERED_BYTES,
        0,
        Number.MAX_SAFE_INTEGER,
        where,
      );
      const announced =
        options.length === undefined
          ? undefined
          : checkWhole("length", options.length, 0, Number.MAX_SAFE_INTEGER, where);
      const input = await openInput(source, announced, MAX_INLINE_BYTES, most, where);
      if (exchange.failure !== undefined) {
        throw again(exchange.failure, where);
      }
      if ("bytes" in input) {
        const stored = sendValue(exchange, Verb.store, "storeFile", variable, 0, input.bytes, options);
        letGo();
        await stored;
        return input.bytes.length;
      }
      const { pieces, length } = input;
      const stored = storeStream(exchange, variable, Descriptor.bytes, pieces, length, fields, signal, where);
      letGo();
      await stored;
      return length;
    } catch (error) {
      throw streamFailed(error, where);
    } finally {
      letGo();
    }
  }

  async #receive(
    verb: "fetch" | "fetchTry" | "find" | "findTry",
    operation: string,
    name: string,
    target: FileTarget,
    options: FetchFileOptions | undefined,
  ): Promise<number | undefined> {
    const where: Where = { operation, workspace: this.name, variable: name };
    const sink = new OutputSink(target, options?.end ?? true, where);
    const isOnLease = verb === "fetch" || verb === "fetchTry";
    let streamed: Streamed | undefined;
    try {
      streamed = (await this.read(verb, operation, name, options, { sink, isOnLease })) as Streamed | undefined;
    } catch (error) {
      await sink.discard(error as Error);
      throw error;
    }
    if (streamed === undefined) {
      return undefined;
    }
    const { length, lease } = streamed;
    try {
      await sink.finish();
    } catch (error) {
      if (lease > 0) {
        await this.#end(operation, Verb.release, lease);
      }
      throw error;
    }
    if (lease > 0) {
      await this.#end(operation, Verb.ack, lease);
    }
    return length;
  }

  /** Ends a lease. That it is lost (somebody has deleted the variable meanwhile) changes nothing for who has the bytes. */
  async #end(operation: string, verb: typeof Verb.ack | typeof Verb.release, lease: number): Promise<void> {
    try {
      await this.session.endLease(operation, verb, lease, this.handle);
    } catch (error) {
      if (!(error instanceof LeaseLostError)) {
        throw error;
      }
    }
  }
}
