import type { Duplex } from "node:stream";
import type { ByteWriter } from "../wire/byte-writer.ts";
import type { KeptBytes } from "../wire/kept-bytes.ts";

const NOTHING = new Uint8Array(0);

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
    if (this.#references.length === 0) {
      const { bytes, length } = writer;
      socket.write(Buffer.from(bytes.buffer, bytes.byteOffset, length));
    } else {
      this.#writeWithReferences(socket, writer);
    }
    if (socket.writableLength > 0) {
      const bytes = writer.take();
      this.#keep(kept, bytes, bytes.length, true);
      // A write with a callback costs a tick of its own, though nearly all are taken at once: so an empty one has it.
      socket.write(NOTHING, onWritten);
    } else {
      this.#keep(kept, writer.bytes, writer.length, false);
      writer.clear();
    }
    this.#forgetReferences();
    return writer;
  }

  /** Gives everything to `kept` alone. Returns the writer. */
  keepIn(kept: KeptBytes): ByteWriter {
    const writer = this.#take();
    this.#keep(kept, writer.bytes, writer.length, false);
    writer.clear();
    this.#forgetReferences();
    return writer;
  }

  /** Takes everything, to be given to a socket later; the writer is empty then. Precondition: there is a writer. */
  takeParts(): { readonly parts: readonly Uint8Array[]; readonly writer: ByteWriter } {
    const writer = this.#take();
    const bytes = writer.take();
    const parts: Uint8Array[] = [];
    let from = 0;
    this.#references.forEach((reference, i) => {
      parts.push(bytes.subarray(from, this.#cuts[i]), reference);
      from = this.#cuts[i]!;
    });
    parts.push(bytes.subarray(from));
    this.#forgetReferences();
    return { parts: parts.filter(({ length }) => length > 0), writer };
  }

  /** Gives parts that were taken earlier to the socket and to `kept`. `onWritten`: as in `writeTo`. */
  writeParts(socket: Duplex, parts: readonly Uint8Array[], onWritten: () => void, kept: KeptBytes | undefined): void {
    parts.forEach((part) => kept?.reference(part));
    if (parts.length === 1) {
      socket.write(parts[0]!);
    } else {
      socket.cork();
      parts.forEach((part) => socket.write(part));
      socket.uncork();
    }
    if (socket.writableLength > 0) {
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

  /** `isOurs`: the bytes of the writer are used for nothing else any more. */
  #keep(kept: KeptBytes | undefined, bytes: Uint8Array, length: number, isOurs: boolean): void {
    if (kept === undefined) {
      return;
    }
    let from = 0;
    const keepUpTo = (to: number): void => {
      if (isOurs) {
        kept.reference(bytes.subarray(from, to));
      } else {
        kept.copy(bytes, from, to);
      }
      from = to;
    };
    for (let i = 0; i < this.#references.length; i++) {
      keepUpTo(this.#cuts[i]!);
      kept.reference(this.#references[i]!);
    }
    keepUpTo(length);
  }

  #take(): ByteWriter {
    const writer = this.writer!;
    this.writer = undefined;
    return writer;
  }

  #writeWithReferences(socket: Duplex, { bytes, length }: ByteWriter): void {
    let from = 0;
    socket.cork();
    for (let i = 0; i < this.#references.length; i++) {
      const cut = this.#cuts[i]!;
      if (cut > from) {
        socket.write(bytes.subarray(from, cut));
        from = cut;
      }
      socket.write(this.#references[i]!);
    }
    if (length > from) {
      socket.write(bytes.subarray(from, length));
    }
    socket.uncork();
  }

  #forgetReferences(): void {
    if (this.#references.length > 0) {
      this.#cuts = [];
      this.#references = [];
      this.#referencedBytes = 0;
    }
  }
}
