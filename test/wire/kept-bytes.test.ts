import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeptBytes } from "../../src/wire/index.ts";

const PERIOD = 251;
const pattern = Uint8Array.from({ length: 1_000_000 }, (_, i) => i % PERIOD);

/** Bytes that tell where in the stream they belong. */
function stretch(from: number, length: number): Uint8Array<ArrayBuffer> {
  return pattern.slice(from % PERIOD, (from % PERIOD) + length);
}

function joined(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString("hex");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

type Step =
  | { readonly kind: "copy" | "reference"; readonly length: number }
  | { readonly kind: "release"; readonly percent: number }
  | { readonly kind: "look" };

const length = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 20_000 }));
const percent = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constant(100));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("copy" as const, "reference" as const), length }),
  fc.record({ kind: fc.constant("copy" as const), length }),
  fc.record({ kind: fc.constant("release" as const), percent }),
  fc.record({ kind: fc.constant("look" as const) }),
);

describe("kept bytes", () => {
  test("are at all times those between what was released and what was added, whatever the sequence", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), fc.integer({ min: -300, max: 0 }), (steps, start) => {
        const kept = new KeptBytes(start);
        let from = start;
        let to = start;
        const looks: { readonly pieces: Uint8Array[]; readonly expected: string }[] = [];
        for (const each of steps) {
          if (each.kind === "copy" || each.kind === "reference") {
            const bytes = stretch(to + 1000, each.length);
            if (each.kind === "copy") {
              kept.copy(bytes);
              bytes.fill(0);
            } else {
              kept.reference(bytes);
            }
            to += each.length;
          } else if (each.kind === "release") {
            from += Math.floor(((to - from) * each.percent) / 100);
            kept.release(from);
          } else {
            looks.push({ pieces: kept.pieces(), expected: joined(kept.pieces()) });
          }
          expect([kept.start, kept.end, kept.byteCount]).toEqual([from, to, to - from]);
        }
        expect(joined(kept.pieces())).toBe(hex(stretch(from + 1000, to - from)));
        // What was given out to be sent does not change afterwards.
        for (const { pieces, expected } of looks) {
          expect(joined(pieces)).toBe(expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("are let go of once: an older count changes nothing", () => {
    const kept = new KeptBytes();
    kept.copy(stretch(0, 100));
    kept.release(60);
    kept.release(10);
    expect([kept.start, kept.byteCount]).toEqual([60, 40]);
    expect(joined(kept.pieces())).toBe(hex(stretch(60, 40)));
    kept.clear();
    expect([kept.start, kept.byteCount, kept.pieces().length]).toEqual([100, 0, 0]);
  });

  test("need no new buffer for small pieces that are released in time", () => {
    const kept = new KeptBytes();
    for (let i = 0; i < 1000; i++) {
      kept.copy(stretch(i, 90));
      // (Looking at them would have them stay as they are.)
      kept.release(kept.end);
    }
    kept.copy(stretch(0, 90));
    expect(kept.pieces()[0]!.buffer.byteLength).toBe(256);
  });

  test("have their length even if a referenced buffer was transferred to another thread", () => {
    const kept = new KeptBytes();
    const bytes = stretch(0, 50);
    kept.reference(bytes);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    kept.release(20);
    expect(kept.pieces().map(({ length }) => length)).toEqual([30]);
  });
});
