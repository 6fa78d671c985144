import type { ByteWriter } from "./byte-writer.ts";
import { KeptBytes } from "./kept-bytes.ts";
import type { Reply, Verb } from "./verbs.ts";

/** So many received bytes are told along with what is sent anyway; so many are told even if nothing is. */
const TELL_ALONG_BYTES = 1024;
const TELL_BYTES = 65_536;

/**
 * One side's view of the two streams of bytes between a client and a server, which go on over several connections: how much it
 * has received, and what it may have to send again. Both are counted from the end of the greeting (docs/protocol.md).
 */
export class ResumableStream {
  readonly kept: KeptBytes;
  /** Bytes that came in, whether or not they make whole frames. */
  receivedCount = 0;
  /** Of these, how many the other side knows of. */
  #toldCount = 0;
  readonly #verb: typeof Verb.received | typeof Reply.received;

  /** `greetingBytes`: what is to be sent next and belongs to the greeting. `verb`: of this side's `received`. */
  constructor(greetingBytes: number, verb: typeof Verb.received | typeof Reply.received) {
    this.kept = new KeptBytes(-greetingBytes);
    this.#verb = verb;
  }

  /** So much has come in that the other side is to be told soon. */
  get mustTell(): boolean {
    return this.receivedCount - this.#toldCount >= TELL_BYTES;
  }

  /** Says how much has come in, if that is worth a frame. Called when something is sent, or because of `mustTell`. */
  tell(out: ByteWriter): void {
    if (this.receivedCount - this.#toldCount >= TELL_ALONG_BYTES) {
      this.#toldCount = this.receivedCount;
      out.beginFrame(0, this.#verb);
      out.u64(this.receivedCount);
      out.endFrame();
    }
  }

  /** The count for `resume` or `resumed`. */
  toldAnew(): number {
    this.#toldCount = this.receivedCount;
    return this.receivedCount;
  }

  /** Whether the other side can have received just so much, and can be sent all that follows. */
  canResumeAt(count: number): boolean {
    return count >= Math.max(0, this.kept.start) && count <= this.kept.end;
  }
}
