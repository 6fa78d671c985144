import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter, FrameReader, latin1, MAX_FRAME_BYTES, ProtocolFault } from "../../src/wire/index.ts";
import { cutBy, cuttings, hex } from "./bytes-for-tests.ts";

interface Frame {
  readonly request: number;
  readonly verb: number;
  readonly fields: string;
}

/** A reader that notes what it is given. */
function reading(maxFrameBytes?: number): { reader: FrameReader; frames: Frame[] } {
  const frames: Frame[] = [];
  const sink = {
    frame(request: number, verb: number, bytes: Uint8Array, start: number, end: number): void {
      frames.push({ request, verb, fields: latin1(bytes, start, end) });
    },
  };
  return { reader: new FrameReader(sink, maxFrameBytes), frames };
}

function written(frames: readonly Frame[]): Uint8Array {
  const out = new ByteWriter(16);
  for (const { request, verb, fields } of frames) {
    out.beginFrame(request, verb);
    out.latin1(fields);
    out.endFrame();
  }
  return out.take();
}

const someFrames: readonly Frame[] = [
  { request: 0, verb: 29, fields: "" },
  { request: 0xffff_ffff, verb: 0x8b, fields: "\0\0\0\x01\0\xff" },
  { request: 7, verb: 11, fields: "x".repeat(90) },
  { request: 8, verb: 255, fields: "last" },
];

describe("a frame reader", () => {
  test("finds the same frames however the bytes are cut", () => {
    for (const pieces of cuttings(written(someFrames))) {
      const { reader, frames } = reading();
      for (const piece of pieces) {
        reader.push(piece);
      }
      expect(frames).toEqual(someFrames);
    }
  });

  test("finds any frames in any cutting", () => {
    const frame = fc.record({
      request: fc.nat(0xffff_ffff),
      verb: fc.nat(255),
      fields: fc.oneof(
        fc.string(),
        fc.nat(20_000).map((length) => "y".repeat(length)),
      ),
    });
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (sent, lengths) => {
        const { reader, frames } = reading();
        for (const piece of cutBy(written(sent), lengths)) {
          reader.push(piece);
        }
        expect(frames).toEqual(sent);
      }),
      { numRuns: 50 },
    );
  });

  test("stops before any frame and goes on there, however the bytes are cut and whatever comes meanwhile", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });
    const sent = [...someFrames, ...someFrames];
    fc.assert(
      fc.property(cuts, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (lengths, stopsAfter) => {
        const frames: Frame[] = [];
        const sink = {
          mustWait: false,
          frame(request: number, verb: number, bytes: Uint8Array, start: number, end: number): void {
            expect(sink.mustWait).toBe(false);
            sink.mustWait = stopsAfter[frames.length] === true;
            frames.push({ request, verb, fields: latin1(bytes, start, end) });
          },
        };
        const reader = new FrameReader(sink);
        for (const piece of cutBy(written(sent), lengths)) {
          const chunk = piece.slice();
          reader.push(chunk);
          chunk.fill(0);
        }
        sent.forEach(() => {
          sink.mustWait = false;
          reader.goOn();
        });
        expect(frames).toEqual(sent);
      }),
    );
  });

  test("hands on a frame where it lies when it is whole", () => {
    const chunk = written(someFrames);
    let isSame = true;
    new FrameReader({ frame: (_request, _verb, bytes) => void (isSame &&= bytes === chunk) }).push(chunk);
    expect(isSame).toBe(true);
  });

  test.each([
    ["00 00 00 00", "nothing"],
    ["00 00 00 04 00 00 00 01", "less than request and verb"],
    ["00 10 00 01", "one more than the limit"],
    ["ff ff ff ff", "4 GiB"],
    ["80 00 00 05", "a number that looks negative"],
  ])("faults at the length %s (%s), at every cut, and from then on", (digits) => {
    for (const pieces of cuttings(hex(digits))) {
      const { reader, frames } = reading();
      expect(() => {
        for (const piece of pieces) {
          reader.push(piece);
        }
      }).toThrow(ProtocolFault);
      expect(() => {
        reader.push(written(someFrames));
      }).toThrow(ProtocolFault);
      expect(frames).toEqual([]);
    }
  });

  test("takes the longest frame, and of its own limit not a byte more", () => {
    const { reader, frames } = reading();
    reader.push(written([{ request: 1, verb: 30, fields: "z".repeat(MAX_FRAME_BYTES - 5) }]));
    expect(frames[0]?.fields).toHaveLength(MAX_FRAME_BYTES - 5);
    const strict = reading(10);
    strict.reader.push(written([{ request: 1, verb: 30, fields: "12345" }]));
    expect(() => {
      strict.reader.push(written([{ request: 1, verb: 30, fields: "123456" }]));
    }).toThrow(ProtocolFault);
    expect(strict.frames).toHaveLength(1);
  });

  test("keeps memory for what has arrived, not for what was announced", () => {
    const { reader } = reading();
    reader.push(hex("00 10 00 00 00 00 00 01 1e 01 02 03 04 05 06 07 08 09 0a"));
    expect(reader.heldBytes).toBeLessThanOrEqual(64);
    reader.push(new Uint8Array(100_000));
    expect(reader.heldBytes).toBeLessThanOrEqual(2 * 100_019);
  });

  test("gives the memory of a large cut frame back", () => {
    const { reader, frames } = reading();
    for (const piece of cutBy(written([{ request: 1, verb: 30, fields: "z".repeat(200_000) }]), [65_536])) {
      reader.push(piece);
    }
    expect(frames).toHaveLength(1);
    expect(reader.heldBytes).toBeLessThanOrEqual(512);
  });

  test("copies no more than a few times what arrives, drip by drip", () => {
    // A reader that copied the whole on each piece would move 50 GB here.
    const sent = [{ request: 1, verb: 30, fields: "z".repeat(1_000_000) }];
    const { reader, frames } = reading();
    for (const piece of cutBy(written(sent), [10])) {
      reader.push(piece);
    }
    expect(frames[0]?.fields).toHaveLength(1_000_000);
  });

  test("whatever comes, it yields frames or faults, and holds no more than arrived", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (bytes, length) => {
        const { reader, frames } = reading();
        try {
          for (const piece of cutBy(bytes, [length])) {
            reader.push(piece);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolFault);
        }
        expect(reader.heldBytes).toBeLessThanOrEqual(Math.max(64, 2 * bytes.length));
        expect(frames.length * 9).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
