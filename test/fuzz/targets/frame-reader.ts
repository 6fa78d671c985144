import { isDeepStrictEqual } from "node:util";
import { FieldCursor, FrameReader, ProtocolFault } from "../../../src/wire/index.ts";
import { byteString, fields, frame, hello, verbs } from "../../conformance/hostile/frames.ts";
import { concat } from "../engine/mutate.ts";
import type { Target } from "../engine/target.ts";
import { piecesOf } from "../support/pieces-of.ts";

const MOST_FRAME_BYTES = 300;

/** Frames of the multiplexed protocol, cut out of bytes, and fields out of frames: the same however they arrive. */
export const target: Target = {
  seeds: () => [
    concat([hello, frame(1, verbs.open, fields([4, 0], [1, 5]), byteString("w")), frame(2, verbs.ping)]),
    concat([
      frame(7, verbs.store, fields([4, 0], [4, 1]), "x".repeat(250)),
      frame(8, verbs.confirm, fields([8, 2 ** 40])),
    ]),
  ],
  start: () => ({ attempt }),
  words: [fields([4, 5]), fields([4, 4]), fields([4, 301]), fields([4, 300])],
  maxBytes: 1024,
};

function attempt(input: Uint8Array): void {
  const whole = framesOf([input]);
  const cut = framesOf(piecesOf(input, input.subarray(0, 3)));
  if (!isDeepStrictEqual(whole, cut)) {
    throw new Error("what comes in pieces is something else");
  }
}

function framesOf(chunks: Iterable<Uint8Array>): unknown[] {
  const frames: unknown[] = [];
  const cursor = new FieldCursor();
  const sink = {
    frame: (request: number, verb: number, bytes: Uint8Array, start: number, end: number): void => {
      cursor.begin(bytes, start, end);
      frames.push([request, verb, fieldsOf(cursor, verb)]);
    },
  };
  const reader = new FrameReader(sink, MOST_FRAME_BYTES);
  try {
    for (const chunk of chunks) {
      reader.push(chunk);
      if (reader.heldBytes > 2 * (MOST_FRAME_BYTES + 4)) {
        throw new Error(`${reader.heldBytes} bytes are kept of a frame`);
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolFault)) {
      throw error;
    }
    frames.push("fault");
  }
  return frames;
}

/** Some fields, as the verb's number says: it is of no matter which. */
function fieldsOf(cursor: FieldCursor, verb: number): unknown[] {
  const found: unknown[] = [];
  for (let how = verb; how > 0; how >>= 2) {
    const read = [() => cursor.u8(), () => cursor.u32(), () => cursor.byteString(), () => cursor.u64()][how & 3]!;
    found.push(read());
  }
  return [...found, cursor.rest()];
}
