import { StoredBlob } from "../blobs/stored-blob.ts";
import type { ValueView } from "../space/index.ts";
import { ByteWriter } from "../wire/byte-writer.ts";
import { beginValue, writeChunkedValue, writeText } from "../wire/server-frames.ts";
import { MAX_INLINE_BYTES, TEXT_DESCRIPTOR } from "../wire/verbs.ts";
import type { ChunkedAnswers } from "./chunked-answers.ts";
import type { Connection } from "./connection.ts";
import type { ReadWish } from "./read-wish.ts";

/** A value in memory of at least so many bytes is sent as it lies there; a shorter one is copied, which is quicker. */
export const REFERENCE_BYTES = 16_384;

/** Whether a value may be sent as it lies there: then it has a buffer of its own, which nobody changes. */
export function isReferable({ bytes, start, end }: ValueView): boolean {
  return end - start >= REFERENCE_BYTES && start === 0 && end === bytes.length;
}

/** Says one value of an answer: in the frame, or in chunks if it is long. */
export function sayValue(
  connection: Connection,
  answers: ChunkedAnswers,
  request: number,
  value: ValueView,
  booking: number,
  lease: number,
  wish: ReadWish,
  hasMore: boolean,
): void {
  const withPosition = wish.iterates;
  const metadata = wish.metadata ? value.metadata : undefined;
  const { descriptor, bytes, start, end, file, variableId, index, deliveries } = value;
  const length = file === undefined ? end - start : file.length;
  const isLong = length > MAX_INLINE_BYTES;
  // What follows a value in chunks waits its turn, and is written down there.
  const isQueued = answers.count > 0 && answers.has(request);
  const out = isQueued ? new ByteWriter(64) : connection.out;
  if (isLong) {
    writeChunkedValue(
      out,
      request,
      descriptor,
      booking,
      lease,
      deliveries,
      withPosition,
      variableId,
      index,
      hasMore,
      length,
      metadata,
    );
  } else {
    const frameStart = out.length;
    beginValue(
      out,
      request,
      descriptor,
      booking,
      lease,
      deliveries,
      withPosition,
      variableId,
      index,
      hasMore,
      metadata,
    );
    if (!isQueued && isReferable(value)) {
      endFrameBefore(out, frameStart, length);
      connection.reference(bytes);
    } else {
      out.copy(bytes, start, end);
      out.endFrame();
    }
  }
  if (isQueued) {
    answers.addFrame(request, out.take());
  }
  if (isLong) {
    if (file instanceof StoredBlob) {
      answers.addFile(request, file.openReader());
    } else {
      answers.addBytes(request, bytes.subarray(start, end));
    }
  }
  if (!hasMore && (isQueued || isLong)) {
    answers.complete(request);
  }
}

/** Says a listing or a name, a byte string: in the frame, or in chunks if it is long. */
export function sayText(connection: Connection, answers: ChunkedAnswers, request: number, text: string): void {
  if (text.length <= MAX_INLINE_BYTES) {
    writeText(connection.out, request, text);
    return;
  }
  const bytes = new ByteWriter(text.length);
  bytes.latin1(text);
  writeChunkedValue(connection.out, request, TEXT_DESCRIPTOR, 0, 0, 0, false, 0, 0, false, text.length);
  answers.addText(request, bytes.take());
  answers.complete(request);
}

/** Ends a frame whose last `count` bytes are sent from elsewhere. */
function endFrameBefore(out: ByteWriter, frameStart: number, count: number): void {
  const length = out.length;
  out.length = frameStart;
  out.u32(length - frameStart - 4 + count);
  out.length = length;
}
