import { CHUNKED, MAX_INLINE_BYTES, Verb, WINDOW_BYTES } from "../wire/verbs.ts";
import type { Connection } from "./connection.ts";
import type { NumberedVariable } from "./names.ts";
import type { Pending } from "./pending.ts";

/** While more than this waits for the network, chunks stay where they are: other operations must not queue behind them. */
const HIGH_WATER_BYTES = 262_144;

/** Chunks up to this are copied: cheaper than a write of their own. */
const COPIED_BYTES = 4096;

/** Gives the bytes of a large value, in order. */
export interface ChunkSource {
  /** The next bytes, at most `most`; undefined when none are there yet (then somebody calls `Uploads.pump` later). */
  take(most: number): Uint8Array<ArrayBuffer> | undefined;
  /** Begins from the front again; what cannot be had twice has no such method. */
  rewind?(): void;
}

/** Bytes in memory: they are sent from where they lie. */
export class BytesSource implements ChunkSource {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  take(most: number): Uint8Array<ArrayBuffer> {
    const at = this.#at;
    this.#at = Math.min(at + most, this.#bytes.length);
    return this.#bytes.subarray(at, this.#at);
  }

  rewind(): void {
    this.#at = 0;
  }
}

interface Upload {
  readonly pending: Pending;
  readonly request: number;
  readonly variable: NumberedVariable;
  readonly source: ChunkSource;
  left: number;
  credit: number;
}

/**
 * Sends large values in chunks, in turns, beside everything else. While one is being sent, its variable's later
 * operations are held back.
 */
export class Uploads {
  readonly #connection: Connection;
  #active: Upload[] = [];
  /** Variables whose later operations are held back for a value that has yet to begin. */
  #holdCount = 0;
  readonly #whenIdle: (() => void)[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Begins an upload whose head (the frame that announces `length`) has been written. */
  start(pending: Pending, variable: NumberedVariable, source: ChunkSource, length: number): void {
    const { request } = pending;
    pending.upload = { source, length };
    this.#active.push({ pending, request, variable, source, left: length, credit: WINDOW_BYTES });
    holdBack(variable);
    this.#connection.wake();
  }

  /** Holds back the later operations of `variable` for a value whose length is yet to be found out. */
  hold(variable: NumberedVariable): void {
    this.#holdCount++;
    holdBack(variable);
  }

  /** Ends what `hold` began. */
  letGo(variable: NumberedVariable): void {
    this.#holdCount = Math.max(0, this.#holdCount - 1);
    letGo(variable);
    this.#callIdle();
  }

  /** Whether chunks of this request are still to be sent. */
  has(request: number): boolean {
    return this.#active.some((upload) => upload.request === request);
  }

  credit(request: number, count: number): void {
    const upload = this.#active.find((each) => each.request === request);
    if (upload !== undefined) {
      upload.credit += count;
      this.pump();
    }
  }

  /** Sends no more of this request's chunks. */
  drop(request: number): void {
    const upload = this.#active.find((each) => each.request === request);
    if (upload !== undefined) {
      this.#finish(upload);
    }
  }

  /** The server is another run: nothing of what was under way is there. Each is to be started again, or `passOver` is to be called. */
  suspend(): void {
    for (const { variable } of this.#active) {
      variable.uploadCount--;
    }
    this.#active = [];
  }

  /** Sends a value again, from its beginning; its head has been written. Returns false when it cannot be had again. */
  restart(pending: Pending): boolean {
    const { upload, variable } = pending;
    const { source, length } = upload!;
    if (source.rewind === undefined) {
      return false;
    }
    source.rewind();
    this.start(pending, variable!, source, length);
    return true;
  }

  /** What was held back for a value that is not sent again may go on. */
  passOver(variable: NumberedVariable): void {
    holdBack(variable);
    letGo(variable);
    this.#callIdle();
  }

  /** The connection is gone: nothing is sent any more, and nobody is let go. */
  clear(): void {
    this.#active = [];
    this.#holdCount = 0;
    this.#callIdle();
  }

  /** Calls back when every upload has been sent: at once when there is none. */
  whenIdle(callback: () => void): void {
    this.#whenIdle.push(callback);
    this.#callIdle();
  }

  /** Sends as many chunks as the receiver and the network take. Called whenever one of these may have changed. */
  pump(): void {
    if (this.#active.length > 0) {
      this.#connection.wake();
    }
  }

  /** Called by the connection when there may be room. */
  sendChunks(): void {
    if (this.#active.length === 0) {
      return;
    }
    const connection = this.#connection;
    connection.cork();
    let hasMoved = true;
    while (hasMoved && connection.bufferedBytes < HIGH_WATER_BYTES) {
      hasMoved = false;
      for (const upload of [...this.#active]) {
        hasMoved = this.#sendOne(upload) || hasMoved;
      }
    }
    connection.uncork();
  }

  #sendOne(upload: Upload): boolean {
    const most = Math.min(upload.left, upload.credit, MAX_INLINE_BYTES);
    const chunk = most === 0 ? undefined : upload.source.take(most);
    if (chunk === undefined || chunk.length === 0) {
      return false;
    }
    const { writer } = this.#connection;
    writer.frameHead(upload.request, Verb.chunk, chunk.length);
    if (chunk.length <= COPIED_BYTES) {
      writer.copy(chunk);
    } else {
      this.#connection.sendBehind(chunk);
    }
    upload.left -= chunk.length;
    upload.credit -= chunk.length;
    if (upload.left === 0) {
      this.#finish(upload);
    }
    return true;
  }

  #finish(upload: Upload): void {
    this.#active = this.#active.filter((each) => each !== upload);
    letGo(upload.variable);
    this.#callIdle();
  }

  #callIdle(): void {
    while (this.#active.length === 0 && this.#holdCount === 0 && this.#whenIdle.length > 0) {
      this.#whenIdle.shift()!();
    }
  }
}

function holdBack(variable: NumberedVariable): void {
  variable.uploadCount++;
  variable.handle.ready.delete(variable.name);
}

/** Runs what was held back, up to the next large value. */
function letGo(variable: NumberedVariable): void {
  variable.uploadCount--;
  while (variable.uploadCount === 0 && variable.held.length > 0) {
    variable.held.shift()!.run();
  }
  const { handle } = variable;
  if (variable.uploadCount === 0 && variable.number >= 0 && handle.failure === undefined) {
    handle.ready.set(variable.name, variable);
  }
}

/** The verb of a request whose value comes in chunks. */
export function inChunks(verb: number): number {
  return verb | CHUNKED;
}
