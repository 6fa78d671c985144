import { isDeepStrictEqual } from "node:util";
import { type ClassicEvent, ClassicReader, ProtocolFault } from "../../../src/wire/index.ts";
import { request, session } from "../../conformance/hostile/classic-bytes.ts";
import { concat } from "../engine/mutate.ts";
import type { Target } from "../engine/target.ts";
import { piecesOf } from "../support/pieces-of.ts";

const limits = { longValueBytes: 40, maxArguments: 8, maxArgumentBytes: 60, maxValueBytes: 200 };
/** Its first byte says with what dictionary each request comes. */
const plain = Uint8Array.of(0);
const withMetadata = Uint8Array.of(1);

/** Requests of the classic protocol, cut out of bytes: the same however they arrive, and no more is kept than has arrived. */
export const target: Target = {
  seeds: () => [
    concat([plain, session("w").subarray(4)]),
    concat([plain, request("store", "w", "x", "1", "y".repeat(100)), request("store", "w", "x", "1", "y".repeat(300))]),
    concat([
      withMetadata,
      Buffer.from("000100010100022"),
      request("fetch", "w", "x"),
      Buffer.from("0000"),
      request("list wss"),
    ]),
  ],
  start: () => ({ attempt }),
  words: ["0005", "0000", "9999", "00000000000000000005", "00000000000000000300", "09007199254740993", "store"].map(
    (word) => new Uint8Array(Buffer.from(word)),
  ),
  maxBytes: 1024,
};

function attempt(input: Uint8Array): void {
  const metadataIn = ((input[0] ?? 0) & 1) === 1;
  const bytes = input.subarray(1);
  const whole = eventsOf(metadataIn, [bytes], bytes.length);
  const cut = eventsOf(metadataIn, piecesOf(bytes, input.subarray(0, 4)), bytes.length);
  if (!isDeepStrictEqual(whole, cut)) {
    throw new Error("what comes in pieces is something else");
  }
}

function eventsOf(metadataIn: boolean, chunks: Iterable<Uint8Array>, byteCount: number): unknown[] {
  const reader = new ClassicReader({ metadataIn, ...limits });
  const events: unknown[] = [];
  let large: Uint8Array[] = [];
  try {
    for (const chunk of chunks) {
      reader.push(chunk);
      for (let event = reader.next(); event !== undefined; event = reader.next()) {
        if (event.kind === "data") {
          large.push(event.bytes.slice());
        } else if (event.kind === "end") {
          events.push({ kind: "end", bytes: concat(large) });
          large = [];
        } else {
          events.push(copied(event));
        }
      }
      reader.keepUnread();
      if (reader.heldBytes > 2 * byteCount + 64) {
        throw new Error(`${reader.heldBytes} bytes are kept of ${byteCount}`);
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolFault)) {
      throw error;
    }
    events.push("fault");
  }
  return events;
}

function copied(event: Exclude<ClassicEvent, { kind: "data" | "end" }>): unknown {
  if (event.kind === "large" || event.value === undefined) {
    return { ...event };
  }
  const { bytes, start, end } = event.value;
  return { ...event, value: bytes.slice(start, end) };
}
