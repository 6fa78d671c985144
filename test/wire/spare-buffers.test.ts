import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/wire/byte-writer.ts";
import { latin1 } from "../../src/wire/bytes.ts";
import { ClassicReader } from "../../src/wire/classic-reader.ts";
import { FrameReader } from "../../src/wire/frame-reader.ts";
import { borrowCopy, giveBack } from "../../src/wire/spare-buffers.ts";
import { cutBy } from "./bytes-for-tests.ts";

/** Longer than what gets a buffer of its own. */
const MUCH = 20_000;

describe("buffers for what has to wait", () => {
  test("a copy has all parts in order, and room behind it", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 })), fc.integer({ min: MUCH, max: 600_000 }), (parts, more) => {
        const all = [...parts, new Uint8Array(more).fill(7)];
        const copy = borrowCopy(...all);
        expect(Buffer.from(copy).equals(Buffer.concat(all))).toBe(true);
        expect(copy.buffer.byteLength).toBeGreaterThan(copy.length + 1024);
        giveBack(copy);
      }),
      { numRuns: 50 },
    );
  });

  test("a buffer is used again once it was given back, and not before", () => {
    const one = borrowCopy(new Uint8Array(MUCH));
    const other = borrowCopy(new Uint8Array(MUCH));
    expect(other.buffer).not.toBe(one.buffer);
    giveBack(one.subarray(5));
    expect(borrowCopy(new Uint8Array(MUCH + 1)).buffer).toBe(one.buffer);
    giveBack(other);
  });
});

interface Reading {
  readonly push: (chunk: Uint8Array) => void;
  readonly goOn: () => void;
  readonly texts: string[];
}

/** Takes one frame and has the rest wait, each time. */
function frameReading(): Reading {
  const texts: string[] = [];
  let isStopped = false;
  const reader = new FrameReader({
    get mustWait() {
      return isStopped;
    },
    frame: (_request, _verb, bytes, start, end) => {
      texts.push(latin1(bytes, start, end));
      isStopped = true;
    },
  });
  const goOn = (): void => {
    isStopped = false;
    reader.goOn();
  };
  return { push: (chunk) => reader.push(chunk), goOn, texts };
}

/** The same with a request of the classic protocol. */
function classicReading(): Reading {
  const texts: string[] = [];
  const reader = new ClassicReader({
    metadataIn: false,
    longValueBytes: 1e6,
    maxArguments: 10,
    maxArgumentBytes: 1e6,
    maxValueBytes: 1e6,
  });
  const goOn = (): void => {
    const event = reader.next();
    if (event?.kind === "request") {
      texts.push(event.args[0]!);
    }
  };
  const push = (chunk: Uint8Array): void => {
    reader.push(chunk);
    goOn();
    reader.keepUnread();
  };
  return { push, goOn, texts };
}

function frames(texts: readonly string[]): Uint8Array {
  const out = new ByteWriter(16);
  for (const text of texts) {
    out.beginFrame(1, 9);
    out.latin1(text);
    out.endFrame();
  }
  return out.take();
}

function requests(texts: readonly string[]): Uint8Array {
  return Buffer.from(texts.map((text) => `0001${String(text.length).padStart(20, "0")}${text}`).join(""), "latin1");
}

describe.each([
  ["frames", frameReading, frames],
  ["classic requests", classicReading, requests],
] as const)("many connections whose %s have to wait", (_name, begin, bytesOf) => {
  test("each gets its own, though they share buffers", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 12 });
    const pieces = fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(lengths, pieces), { minLength: 2, maxLength: 4 }), (plans) => {
        const connections = plans.map(([each, cuts], who) => {
          const texts = each.map((length, i) => `${who}.${i}.`.padEnd(length, String.fromCharCode(97 + who)));
          return { texts, pieces: [...cutBy(bytesOf(texts), cuts)], reading: begin() };
        });
        const rounds = Math.max(...connections.map((connection) => connection.pieces.length));
        for (let round = 0; round < rounds; round++) {
          for (const { pieces: left, reading } of connections) {
            const chunk = left[round]?.slice();
            if (chunk !== undefined) {
              reading.push(chunk);
              // As in the server: it belongs to the next one who receives something.
              chunk.fill(0);
            }
            reading.goOn();
          }
        }
        for (const { texts, reading } of connections) {
          texts.forEach(() => reading.goOn());
          expect(reading.texts).toEqual(texts);
        }
      }),
      { numRuns: 60 },
    );
  });
});
