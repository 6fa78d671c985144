import { fork, type ChildProcess } from "node:child_process";
import { decode, encode } from "../../../src/codec/index.ts";
import { explicit, ref, Shipper, type AnyFunction, type ShipperOptions } from "../../../src/sleigh/shipping/index.ts";
import type { Answer, Call, Wire } from "./messages.ts";

export interface CallOptions {
  /** Variables of files of its own, instead of those that earlier calls left. */
  readonly fresh?: boolean;
}

/** The worker's error; its stack is the worker's. */
export class RemoteError extends Error {
  constructor({ name, message }: { readonly name: string; readonly message: string }, stack: string) {
    super(message);
    this.name = name;
    this.stack = stack;
  }
}

/** A master with one worker process, to try out functions. Each part is sent once. */
export class Lab {
  readonly ref = ref;
  readonly explicit = explicit;
  readonly shipper: Shipper;
  /** What the last call sent, in bytes of parts. */
  sentBytes = 0;
  warnings: readonly string[] = [];
  readonly #worker: ChildProcess;
  readonly #sent = new Set<string>();

  constructor(workerFile: string, folder: string, options?: ShipperOptions) {
    this.shipper = new Shipper(options);
    this.#worker = fork(workerFile, [], { cwd: folder, serialization: "advanced", execArgv: [] });
  }

  /** Sends `fn` and its arguments, calls it there, and returns what came back. */
  run<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return this.runWith({}, fn, ...args);
  }

  async runWith<A extends readonly unknown[], R>(
    options: CallOptions,
    fn: (...args: A) => R,
    ...args: A
  ): Promise<Awaited<R>> {
    const shipment = this.shipper.capture(fn);
    const packed = this.shipper.pack(args, "arguments");
    this.warnings = shipment.warnings;
    const parts = new Map([...shipment.parts, ...packed.parts].filter(([hash]) => !this.#sent.has(hash)));
    this.sentBytes = 0;
    for (const [hash, bytes] of parts) {
      this.#sent.add(hash);
      this.sentBytes += bytes.length;
    }
    const answer = await this.#ask({
      root: shipment.root,
      parts,
      args: wire(packed.value),
      isFresh: options.fresh === true,
    });
    if (answer.kind === "error") {
      throw new RemoteError(answer, this.shipper.mapStack(answer.stack));
    }
    return this.shipper.unpack(decode(answer.value.descriptor, answer.value.bytes)) as Awaited<R>;
  }

  /** The message of the error with which capturing `fn` fails. */
  refusal(fn: unknown): string {
    try {
      this.shipper.capture(fn as AnyFunction);
    } catch (error) {
      return (error as Error).message;
    }
    return "it was captured";
  }

  refusalOfValue(value: unknown): string {
    try {
      this.shipper.pack(value);
    } catch (error) {
      return (error as Error).message;
    }
    return "it was packed";
  }

  warningsOf(fn: unknown): readonly string[] {
    return this.shipper.capture(fn as AnyFunction).warnings;
  }

  close(): void {
    this.#worker.disconnect();
  }

  #ask(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#worker.once("message", (answer) => {
        resolve(answer as unknown as Answer);
      });
      this.#worker.once("exit", () => {
        reject(new Error("the worker ended"));
      });
      this.#worker.send(call);
    });
  }
}

function wire(value: unknown): Wire {
  const { descriptor, bytes } = encode(value);
  // The codec's bytes are a view of a larger buffer.
  return { descriptor, bytes: bytes.slice() };
}
