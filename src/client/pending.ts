import type { Download } from "./download.ts";
import type { NwsError, Where } from "./errors.ts";
import type { NumberedVariable, WorkspaceHandle } from "./names.ts";
import type { ChunkSource } from "./uploads.ts";

/** What becomes of the answer to a request. */
export const Expect = {
  /** `done`: resolves with nothing. */
  done: 0,
  /** One value, or `missing` when there is none. */
  value: 1,
  /** One value on lease, or `missing`. */
  lease: 2,
  /** Some values, as a list, which is empty when there is none. */
  several: 3,
  /** Some values with their positions, as a list (see `Positioned`), which is empty when there is none. */
  positioned: 4,
  /** A text of the server's. */
  text: 5,
  /** One value that goes to a sink as it comes; see `download.ts`. */
  stream: 6,
  /** The greeting of a session. */
  welcome: 7,
  /** `done`, after which a workspace is open; when it fails, so does the workspace's handle. */
  opened: 8,
  /** Nobody looks at the answer: only its coming counts. */
  nothing: 9,
  /** Values as they travel, which go to a `RawSink`; resolves with the index of the last one, or undefined when there is none. */
  raw: 10,
} as const;

export type Expect = (typeof Expect)[keyof typeof Expect];

export type Resolve = (value: never) => void;
export type Reject = (error: Error) => void;

const ignore = (): void => undefined;

/** A request whose answer has not come. The objects are used again, so nobody keeps one after it is settled. */
export class Pending {
  /** The request's number on the wire: its place in the table. */
  readonly request: number;
  isUsed = false;
  expect: Expect = Expect.nothing;
  /** The name of the method, for messages. */
  operation = "";
  handle: WorkspaceHandle | undefined;
  variable: NumberedVariable | undefined;
  resolve: Resolve = ignore;
  reject: Reject = ignore;
  /** For the trying reads: what to answer when there is nothing. For `positioned` and `several`: the list. For `stream` and `raw`: the sink. */
  extra: unknown;
  /** True for reads that may wait for as long as they like. */
  isWaiting = false;
  /** The caller has given up and has had its answer; this one's is still to come and changes nothing for it. */
  isAbandoned = false;
  /** Stops listening to the caller's signal. */
  unwatch: (() => void) | undefined;
  /** The value in chunks that is coming in. */
  download: Download | undefined;
  /** Where the operation was called, when the session traces calls. */
  trace: Error | undefined;
  /** Told what goes with each value of the answer, if anything does. */
  onMetadata: ((metadata: string) => void) | undefined;
  /** The lease that it is to end, or the plain booking that it gives back; 0: none. */
  lease = 0;
  booking = 0;
  /** When a read that may wait is to time out, by the clock of the exchange; 0: never. */
  deadlineAt = 0;
  /** Where the value comes from that is sent in chunks. */
  upload: { readonly source: ChunkSource; readonly length: number } | undefined;
  /** To ask once more of another run of the server: the frame, as it was sent, and how many requests there were with this one. */
  frame: Uint8Array | undefined;
  serial = 0;
  /** What it was cancelled for, when the caller is told of that. */
  cutOff: NwsError | undefined;

  constructor(request: number) {
    this.request = request;
  }
}

/** All requests under way, by number. Numbers that are free again are used first. */
export class PendingTable {
  readonly #all: Pending[] = [];
  readonly #free: Pending[] = [];
  /** How many callers wait for an answer. */
  activeCount = 0;

  add(
    operation: string,
    expect: Expect,
    handle: WorkspaceHandle | undefined,
    variable: NumberedVariable | undefined,
  ): Pending {
    let pending = this.#free.pop();
    if (pending === undefined) {
      pending = new Pending(this.#all.length);
      this.#all.push(pending);
    }
    pending.isUsed = true;
    pending.operation = operation;
    pending.expect = expect;
    pending.handle = handle;
    if (variable !== undefined) {
      pending.variable = variable;
      variable.inFlightCount++;
    }
    this.activeCount++;
    return pending;
  }

  at(request: number): Pending | undefined {
    const pending = this.#all[request];
    return pending?.isUsed === true ? pending : undefined;
  }

  /** The caller has its answer, or nobody asked for one. The number stays taken until `remove`. */
  abandon(pending: Pending): void {
    if (!pending.isAbandoned) {
      pending.isAbandoned = true;
      pending.resolve = ignore;
      pending.reject = ignore;
      this.activeCount--;
      this.#unwatch(pending);
    }
  }

  /** The answer has come; the number is free. */
  remove(pending: Pending): void {
    if (!pending.isAbandoned) {
      this.activeCount--;
    }
    if (pending.variable !== undefined) {
      pending.variable.inFlightCount--;
      pending.variable = undefined;
    }
    this.#unwatch(pending);
    pending.isUsed = false;
    pending.isAbandoned = false;
    pending.isWaiting = false;
    pending.handle = undefined;
    pending.resolve = ignore;
    pending.reject = ignore;
    pending.extra = undefined;
    pending.download = undefined;
    pending.trace = undefined;
    pending.onMetadata = undefined;
    pending.lease = 0;
    pending.booking = 0;
    pending.deadlineAt = 0;
    pending.upload = undefined;
    pending.frame = undefined;
    pending.cutOff = undefined;
    this.#free.push(pending);
  }

  *used(): IterableIterator<Pending> {
    for (const pending of this.#all) {
      if (pending.isUsed) {
        yield pending;
      }
    }
  }

  #unwatch(pending: Pending): void {
    if (pending.unwatch !== undefined) {
      pending.unwatch();
      pending.unwatch = undefined;
    }
  }
}

/** What a request was about, for messages. */
export function whereOf(pending: Pending): Where {
  const workspace = pending.handle?.name ?? pending.variable?.handle.name;
  return { operation: pending.operation, workspace, variable: pending.variable?.name };
}
