import type { Duplex } from "node:stream";
import type { ByteWriter } from "../wire/byte-writer.ts";
import type { KeptBytes } from "../wire/kept-bytes.ts";

const NOTHING = new Uint8Array(0);

/** What goes to an encrypted socket is copied up to here: less than a new buffer for the writer costs. */
const COPIED_BYTES = 65_536;

/** An encrypted socket has never taken a write when that returns: it says so a turn later. */
function isLate(socket: Duplex & { readonly encrypted?: boolean }): boolean {
  return socket.encrypted === true;
}

/**
 * What a connection has to say in one turn: bytes in a writer (lent for the turn), and between them large values that go
 * out as they lie.
 */
export class Outgoing {
  /** `undefined` while there is nothing to be said. */
  writer: ByteWriter | undefined;
  /** `#references[i]` belongs before byte `#cuts[i]` of the writer. */
  #cuts: number[] = [];
  #references: Uint8Array[] = [];
  #referencedBytes = 0;

  get byteCount(): number {
    return this.writer === undefined ? 0 : this.writer.length + this.#referencedBytes;
  }

  /** Precondition: there is a writer. */
  reference(bytes: Uint8Array): void {
    this.#cuts.push(this.writer!.length);
    this.#references.push(bytes);
    this.#referencedBytes += bytes.length;
  }

  /** Takes back what came after the writer had `length` bytes. */
  cutBack(length: number): void {
    if (this.writer !== undefined) {
      this.writer.length = length;
      while (this.#cuts.length > 0 && this.#cuts.at(-1)! >= length) {
        this.#cuts.pop();
        this.#referencedBytes -= this.#references.pop()!.length;
      }
    }
  }

  /**
   * Gives everything to the socket in one write, and to `kept` what may have to be sent again. `onWritten` is called once the
   * last byte has gone, unless that is at once. Returns the writer, which may be used for something else: its bytes have gone
   * too, or were left to the socket.
   */
  writeTo(socket: Duplex, onWritten: () => void, kept: KeptBytes | undefined): ByteWriter {
    const writer = this.#take();
    const { bytes, length } = writer;
    const late = isLate(socket) ? onWritten : undefined;
    const isCopied = late !== undefined && length <= COPIED_BYTES;
    const lying = Buffer.from(bytes.buffer, bytes.byteOffset, length);
    const said = isCopied ? Buffer.from(lying) : lying;
    if (this.#references.length === 0) {
      socket.write(said, late);
    } else {
      this.#writeWithReferences(socket, said, late);
    }
    const isFree = isCopied || socket.writableLength === 0;
    if (kept !== undefined) {
      this.#keep(kept, said, isFree);
    }
    if (isFree) {
      writer.clear();
    } else {
      writer.take();
    }
    if (late === undefined && socket.writableLength > 0) {
      // A write with a callback costs a tick of its own, though nearly all are taken at once: so an empty one has it.
      socket.write(NOTHING, onWritten);
    }
    this.#forgetReferences();
    return writer;
  }

  /** Gives everything to `kept` alone. Returns the writer. */
  keepIn(kept: KeptBytes): ByteWriter {
    const writer = this.#take();
    this.#keep(kept, writer.bytes.subarray(0, writer.length), true);
    writer.clear();
    this.#forgetReferences();
    return writer;
  }

  /** Takes everything, to be given to a socket later; the writer is empty then. Precondition: there is a writer. */
  takeParts(): { readonly parts: readonly Uint8Array[]; readonly writer: ByteWriter } {
    const writer = this.#take();
    const said = writer.take();
    if (this.#references.length === 0) {
      return { parts: [said], writer };
    }
    const parts: Uint8Array[] = [];
    this.#eachPart(said, (part) => parts.push(part));
    this.#forgetReferences();
    return { parts, writer };
  }

  /** Gives parts that were taken earlier to the socket and to `kept`. `onWritten`: as in `writeTo`. */
  writeParts(socket: Duplex, parts: readonly Uint8Array[], onWritten: () => void, kept: KeptBytes | undefined): void {
    if (kept !== undefined) {
      for (const part of parts) {
        kept.reference(part);
      }
    }
    const late = isLate(socket) ? onWritten : undefined;
    if (parts.length === 1) {
      socket.write(parts[0]!, late);
    } else {
      writeTogether(socket, parts, late);
    }
    if (late === undefined && socket.writableLength > 0) {
      socket.write(NOTHING, onWritten);
    }
  }

  /** Says nothing after all. Returns the writer. */
  discard(): ByteWriter {
    const writer = this.#take();
    writer.clear();
    this.#forgetReferences();
    return writer;
  }

  #take(): ByteWriter {
    const writer = this.writer!;
    this.writer = undefined;
    return writer;
  }

  #writeWithReferences(socket: Duplex, said: Uint8Array, late: (() => void) | undefined): void {
    const parts: Uint8Array[] = [];
    this.#eachPart(said, (part) => parts.push(part));
    writeTogether(socket, parts, late);
  }

  /** `mustCopy`: what was said lies where something else will be written. */
  #keep(kept: KeptBytes, said: Uint8Array, mustCopy: boolean): void {
    if (this.#references.length === 0 && mustCopy) {
      kept.copy(said);
      return;
    }
    this.#eachPart(
      said,
      (part) => (mustCopy ? kept.copy(part) : kept.reference(part)),
      (bytes) => kept.reference(bytes),
    );
  }

  /** In order: parts of what was said, and the references between them. */
  #eachPart(said: Uint8Array, take: (part: Uint8Array) => void, takeReference = take): void {
    const count = this.#references.length;
    let from = 0;
    for (let i = 0; i < count; i++) {
      const cut = this.#cuts[i]!;
      if (cut > from) {
        take(said.subarray(from, cut));
        from = cut;
      }
      takeReference(this.#references[i]!);
    }
    if (said.length > from) {
      take(count === 0 ? said : said.subarray(from));
    }
  }

  #forgetReferences(): void {
    if (this.#references.length > 0) {
      this.#cuts = [];
      this.#references = [];
      this.#referencedBytes = 0;
    }
  }
}

/** In one write. `late`: called when the last of them is gone. */
function writeTogether(socket: Duplex, parts: readonly Uint8Array[], late: (() => void) | undefined): void {
  const last = parts.length - 1;
  socket.cork();
  parts.forEach((part, i) => socket.write(part, i === last ? late : undefined));
  socket.uncork();
}
