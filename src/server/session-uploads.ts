import type { StoredBlob } from "../blobs/stored-blob.ts";
import { readU32 } from "../wire/bytes.ts";
import type { FailureName } from "../wire/failure-codes.ts";
import { writeCredit } from "../wire/server-frames.ts";
import { Reply, Verb } from "../wire/verbs.ts";
import type { NewValue, StoreOptions } from "../space/index.ts";
import type { HeldFrames } from "./held-frames.ts";
import type { MultiplexedSession } from "./multiplexed-session.ts";
import type { ServerContext } from "./server-context.ts";
import { Upload, type UploadListener, type UploadPurpose } from "./upload.ts";

const NOTHING = new Uint8Array(0);

/** Bytes in front of each value in the body of `store several`: descriptor and length. */
const SEVERAL_HEAD_BYTES = 8;

/** The values that one session has under way to the server, and what is done with them when they are there. */
export class SessionUploads implements UploadListener {
  readonly #session: MultiplexedSession;
  readonly #context: ServerContext;
  readonly #held: HeldFrames;
  readonly #uploads = new Map<number, Upload>();

  constructor(session: MultiplexedSession, context: ServerContext, held: HeldFrames) {
    this.#session = session;
    this.#context = context;
    this.#held = held;
  }

  get count(): number {
    return this.#uploads.size;
  }

  get(request: number): Upload | undefined {
    return this.#uploads.get(request);
  }

  requests(): number[] {
    return [...this.#uploads.keys()];
  }

  /** Begins an upload of `length` bytes, or refuses it. */
  begin(request: number, length: number, purpose: UploadPurpose): void {
    const { limits, longValueBytes } = this.#context;
    const isLong = length > longValueBytes;
    if (length > limits.maxValueBytes) {
      const message = `a value of ${length} bytes; at most ${limits.maxValueBytes} are accepted`;
      this.#session.refuse(request, "value_too_large", message);
    } else if (isLong && purpose.kind === "storeSeveral") {
      const message = `several values of ${length} bytes together; at most ${longValueBytes} are accepted in one request`;
      this.#session.refuse(request, "value_too_large", message);
    } else if (this.#uploads.size + this.#session.answers.count >= limits.maxTransfers) {
      const message = `${limits.maxTransfers} large values are under way on this connection already`;
      this.#session.refuse(request, "too_many_waiting", message);
    } else {
      const { once, member } = this.#session;
      const upload = new Upload(request, once.serial, length, purpose, isLong, this.#context, member, this);
      this.#uploads.set(request, upload);
      if (length === 0) {
        upload.chunk(NOTHING, 0, 0);
      }
    }
  }

  /** A chunk of what is not (any more) an upload was on its way when that was refused: it is ignored. */
  chunk(request: number, bytes: Uint8Array, start: number, end: number): void {
    const upload = this.#uploads.get(request);
    if (upload !== undefined) {
      upload.chunk(bytes, start, end);
      // (Unless it was refused or is done.)
      if (upload.isFinishing && this.#uploads.get(request) === upload) {
        this.#held.begin(upload);
      }
    }
  }

  /** Gives up an upload, with this answer; does nothing when there is none. */
  cancel(request: number, code: FailureName, message: string): void {
    const upload = this.#uploads.get(request);
    if (upload !== undefined) {
      upload.abort();
      this.refused(upload, code, message);
    }
  }

  /** Gives up all of them, without an answer. */
  clear(): void {
    for (const upload of this.#uploads.values()) {
      upload.abort();
      this.#held.end(upload);
    }
    this.#uploads.clear();
  }

  // From the uploads

  credit(request: number, bytes: number): void {
    writeCredit(this.#session.connection.out, request, Reply.credit, bytes);
  }

  arrived(upload: Upload, bytes: Uint8Array): void {
    const { request, purpose } = upload;
    const { workspace, name, descriptor, lease, how, timeoutMs } = purpose;
    const { space } = this.#context;
    const session = this.#session.member;
    this.#uploads.delete(request);
    this.#session.perform(request, upload.serial, Verb[purpose.kind], () => {
      switch (purpose.kind) {
        case "store":
          space.store(session, request, workspace, name, descriptor, bytes, 0, bytes.length, how);
          break;
        case "complete":
          space.complete(session, request, lease, workspace, name, descriptor, bytes, 0, bytes.length, how);
          break;
        case "storeSeveral":
          storeSeveral(this.#session, request, workspace, name, bytes, 0, bytes.length, how);
          break;
      }
      this.#session.stores(request, timeoutMs, lease);
    });
  }

  arrivedInFile(upload: Upload, file: StoredBlob): void {
    const { request, purpose } = upload;
    const { workspace, name, descriptor, lease, how, timeoutMs } = purpose;
    const { space } = this.#context;
    const session = this.#session.member;
    this.#uploads.delete(request);
    this.#session.connection.attempt("the end of an upload", () => {
      const { slow } = this.#context;
      const ms = slow === undefined ? 0 : performance.now() - upload.completeAt;
      this.#session.perform(request, upload.serial, Verb[purpose.kind], () => {
        if (purpose.kind === "complete") {
          space.completeFile(session, request, lease, workspace, name, descriptor, file, how);
        } else {
          space.storeFile(session, request, workspace, name, descriptor, file, how);
        }
        this.#session.stores(request, timeoutMs, lease);
      });
      if (slow !== undefined && ms >= slow.thresholdMs) {
        this.#session.noteSlow(Verb[purpose.kind], purpose, file.length, ms);
      }
      this.#session.retry(this.#held.end(upload));
    });
  }

  refused(upload: Upload, code: FailureName, message: string): void {
    upload.abort();
    this.#uploads.delete(upload.request);
    this.#session.connection.attempt("the end of an upload", () => {
      this.#session.refuse(upload.request, code, message, Verb[upload.purpose.kind]);
      this.#session.retry(this.#held.end(upload));
    });
  }
}

/** Stores the values of a body: for each u32 descriptor, u32 length, bytes. */
export function storeSeveral(
  session: MultiplexedSession,
  request: number,
  workspace: string,
  name: string,
  body: Uint8Array,
  start: number,
  end: number,
  how?: StoreOptions,
): void {
  const values: NewValue[] = [];
  let at = start;
  while (at < end) {
    const valueStart = at + SEVERAL_HEAD_BYTES;
    const valueEnd = valueStart > end ? Infinity : valueStart + readU32(body, at + 4);
    if (valueEnd > end) {
      session.refuse(request, "bad_arguments", "the body ends in the middle of a value");
      return;
    }
    values.push({ descriptor: readU32(body, at), bytes: body, start: valueStart, end: valueEnd });
    at = valueEnd;
  }
  session.context.space.storeSeveral(session.member, request, workspace, name, values, how);
}
