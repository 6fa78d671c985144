import type { Duplex } from "node:stream";
import type { ByteWriter } from "../wire/byte-writer.ts";

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
   * Gives everything to the socket in one write. `onWritten` is called once the last byte has gone, unless that is at once. Returns the
   * writer, which may be used for something else: its bytes have gone too, or were left to the socket.
   */
  writeTo(socket: Duplex, onWritten: () => void): ByteWriter {
    const writer = this.#take();
    if (this.#references.length === 0) {
      const { bytes, length } = writer;
      socket.write(Buffer.from(bytes.buffer, bytes.byteOffset, length));
    } else {
      this.#writeParts(socket, writer);
    }
    if (socket.writableLength > 0) {
      writer.take();
      // A write with a callback costs a tick of its own, though nearly all are taken at once: so an empty one has it.
      socket.write(NOTHING, onWritten);
    } else {
      writer.clear();
    }
    this.#forgetReferences();
    return writer;
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

  #writeParts(socket: Duplex, { bytes, length }: ByteWriter): void {
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
