import { ByteWriter } from "../wire/byte-writer.ts";
import { writeSeveralItem, writeStore, writeStoreSeveral } from "../wire/client-frames.ts";
import { MAX_INLINE_BYTES } from "../wire/verbs.ts";
import type { NumberedVariable } from "./names.ts";
import { Expect } from "./pending.ts";
import { storeStream } from "./stream-store.ts";
import type { Pieces } from "./stream-source.ts";
import type { WorkspaceBase } from "./workspace-base.ts";

/** In front of each of several values: descriptor and length. */
const ITEM_HEAD_BYTES = 8;
/** Frames under way: enough that neither side waits for the other, and a bound on memory. */
const MOST_UNDER_WAY = 16;
const OPERATION = "store";

/**
 * Stores values into one variable exactly as they are, descriptor and bytes, whatever language they are of. They go together in frames,
 * several of which are under way; in their order.
 */
export class RawStore {
  readonly #ws: WorkspaceBase;
  readonly #variable: string;
  #body = new ByteWriter(MAX_INLINE_BYTES);
  readonly #underWay = new Set<Promise<void>>();
  #failure: Error | undefined;

  constructor(ws: WorkspaceBase, variable: string) {
    this.#ws = ws;
    this.#variable = variable;
  }

  /** Adds a value of at most `MAX_INLINE_BYTES`, the bytes `[start, end)`; they are copied. */
  add(descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    const size = ITEM_HEAD_BYTES + end - start;
    if (this.#body.length + size > MAX_INLINE_BYTES) {
      this.#flush();
    }
    const value = bytes.subarray(start, end);
    if (size > MAX_INLINE_BYTES) {
      const copy = value.slice();
      this.#send((variable) => {
        const { connection, last } = this.#ws.session.exchange;
        writeStore(connection.writer, last.request, variable.number, descriptor, copy);
      });
    } else {
      writeSeveralItem(this.#body, descriptor, value);
    }
  }

  /** Stores one value of `length` bytes, at least one. */
  async stream(descriptor: number, length: number, pieces: Pieces): Promise<void> {
    await this.finish();
    await this.#run((variable) => {
      const where = { operation: OPERATION, workspace: this.#ws.name, variable: this.#variable };
      return storeStream(this.#ws.session.exchange, variable, descriptor, pieces, length, undefined, undefined, where);
    });
  }

  /** Resolves when there is room for more; rejects when something could not be stored. */
  async drained(): Promise<void> {
    while (this.#underWay.size >= MOST_UNDER_WAY) {
      await Promise.race(this.#underWay);
    }
    this.#check();
  }

  /** Resolves when the server has all of it. */
  async finish(): Promise<void> {
    this.#flush();
    await Promise.all(this.#underWay);
    this.#check();
  }

  #flush(): void {
    if (this.#body.length > 0) {
      const body = this.#body.take();
      this.#send((variable) => {
        const { connection, last } = this.#ws.session.exchange;
        writeStoreSeveral(connection.writer, last.request, variable.number, body);
      });
    }
  }

  /** Sends one frame; `write` writes it for the request that was begun last. */
  #send(write: (variable: NumberedVariable) => void): void {
    const stored = this.#run((variable) => {
      const { exchange } = this.#ws.session;
      const answer = exchange.begin(OPERATION, Expect.done, variable.handle, variable);
      write(variable);
      exchange.connection.wake();
      return answer;
    });
    const settled = stored
      .catch((error: unknown) => {
        this.#failure ??= error as Error;
      })
      .finally(() => this.#underWay.delete(settled));
    this.#underWay.add(settled);
  }

  #run(act: (variable: NumberedVariable) => Promise<void>): Promise<void> {
    const { session, handle } = this.#ws;
    const variable = handle.ready.get(this.#variable);
    return variable === undefined
      ? session.later(handle, OPERATION, this.#variable, undefined, () => this.#run(act))
      : act(variable);
  }

  #check(): void {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }
}
