import { describe, expect, test } from "vitest";
import { ByteWriter, FirstFrame, ProtocolFault, readU64, Verb, writeResume } from "../../src/wire/index.ts";

function resume(): Uint8Array {
  const out = new ByteWriter();
  writeResume(out, 7, "an id", "a secret", 123_456);
  return out.take();
}

describe("the first frame", () => {
  test("is taken from the bytes, however they are cut, and nothing of what follows", () => {
    const bytes = resume();
    const behind = Uint8Array.of(1, 2, 3);
    const all = Uint8Array.from([...bytes, ...behind]);
    for (let cut = 0; cut <= all.length; cut++) {
      const frame = new FirstFrame();
      const first = frame.push(all.subarray(0, cut));
      const end = first >= 0 ? first : cut + frame.push(all.subarray(cut));
      expect(end).toBe(bytes.length);
      expect([frame.request, frame.verb]).toEqual([7, Verb.resume]);
      expect(readU64(frame.bytes, frame.end - 8)).toBe(123_456);
    }
  });

  test("comes byte by byte, in a buffer that grows with what has arrived", () => {
    const frame = new FirstFrame();
    const bytes = resume();
    for (const [at, byte] of bytes.entries()) {
      expect(frame.push(Uint8Array.of(byte))).toBe(at === bytes.length - 1 ? 1 : -1);
      expect(frame.heldBytes).toBeLessThanOrEqual(Math.max(64, 2 * (at + 1)));
    }
  });

  test("has a length that can be", () => {
    for (const length of [0, 4, 131_073, 0xffff_ffff]) {
      const out = new ByteWriter();
      out.u32(length);
      expect(() => new FirstFrame().push(out.take())).toThrow(ProtocolFault);
    }
  });
});
