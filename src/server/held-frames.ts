import { readU32 } from "../wire/bytes.ts";
import { plainVerb, Verb } from "../wire/verbs.ts";
import type { NamedNumbers, VariableSlot } from "./named-numbers.ts";
import type { Upload } from "./upload.ts";

/** A frame that was put aside: `bytes` are its fields. */
export interface KeptFrame {
  readonly request: number;
  readonly verb: number;
  readonly bytes: Uint8Array;
  /** How many requests the session had made with this one; 0 for what is none. */
  readonly serial: number;
}

/** These touch no variable and change no names: they need not wait for a value. */
const PASSING = new Set<number>([
  Verb.listWss,
  Verb.confirm,
  Verb.ack,
  Verb.release,
  Verb.extend,
  Verb.cancel,
  Verb.ping,
  Verb.chunk,
  Verb.credit,
  Verb.info,
]);

/**
 * Keeps the order of a session while a large value is there and not yet all in its file: later requests on the same
 * variable are put aside until it is stored. All others go on; but once one is put aside that touches more than a variable
 * (a workspace, or what the numbers stand for), all that follow it are.
 */
export class HeldFrames {
  readonly #numbers: NamedNumbers;
  readonly #finishing = new Map<Upload, VariableSlot>();
  #frames: KeptFrame[] = [];
  readonly #requests = new Set<number>();
  #heldBytes = 0;
  #isBarred = false;

  constructor(numbers: NamedNumbers) {
    this.#numbers = numbers;
  }

  get isActive(): boolean {
    return this.#finishing.size > 0;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** All of this upload has arrived, but for the disk. */
  begin(upload: Upload): void {
    this.#finishing.set(upload, upload.purpose);
  }

  /** The upload is stored (or refused). Returns the frames whose time has come: all of them, to be tried again in order. */
  end(upload: Upload): readonly KeptFrame[] {
    if (!this.#finishing.delete(upload) || this.#frames.length === 0) {
      return [];
    }
    const frames = this.#frames;
    this.#frames = [];
    this.#requests.clear();
    this.#heldBytes = 0;
    this.#isBarred = false;
    return frames;
  }

  /** Puts the frame aside if it must wait. `upload`: the one that a chunk belongs to. */
  takes(
    request: number,
    verb: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    serial: number,
    upload: Upload | undefined,
  ): boolean {
    const plain = plainVerb(verb);
    if (!this.#mustWait(request, plain, bytes, start, end, upload)) {
      return false;
    }
    if (!PASSING.has(plain)) {
      this.#requests.add(request);
      this.#isBarred ||= !isOnVariable(plain);
    }
    this.#frames.push({ request, verb, bytes: bytes.slice(start, end), serial });
    this.#heldBytes += end - start;
    return true;
  }

  #mustWait(
    request: number,
    verb: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    upload: Upload | undefined,
  ): boolean {
    if (verb === Verb.serial || verb === Verb.received) {
      return false; // Their number is that of no request.
    }
    if (this.#requests.has(request)) {
      // A chunk, credit or cancel of what was put aside (or a number used twice, which comes out later).
      return true;
    }
    if (verb === Verb.chunk) {
      return upload !== undefined && !this.#finishing.has(upload) && this.#isFinishing(upload.purpose);
    }
    if (PASSING.has(verb)) {
      return false;
    }
    if (this.#isBarred || !isOnVariable(verb)) {
      return true;
    }
    const at = verb === Verb.complete ? start + 8 : start;
    return at + 4 > end || this.#isFinishing(this.#numbers.variable(readU32(bytes, at)));
  }

  #isFinishing(slot: VariableSlot): boolean {
    if (slot.refusal !== undefined) {
      return false;
    }
    for (const other of this.#finishing.values()) {
      if (other.refusal === undefined && other.name === slot.name && other.workspace === slot.workspace) {
        return true;
      }
    }
    return false;
  }
}

function isOnVariable(verb: number): boolean {
  return (verb >= Verb.declare && verb <= Verb.ifindTry) || verb === Verb.complete || verb === Verb.guard;
}
