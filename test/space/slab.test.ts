import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keepBytes, type MutableView, NO_BYTES, Slab, SLAB_SLOTS } from "../../src/space/slab.ts";

const RECORD_HEADER = 6;

function byteFor(slot: number, i: number): number {
  return (slot * 7 + i) & 0xff;
}

function bytesFor(slot: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    bytes[i] = byteFor(slot, i);
  }
  return bytes;
}

function put(slab: Slab, slot: number, length: number, descriptor = slot): void {
  slab.putSmall(slot, descriptor, bytesFor(slot, length), 0, length);
}

/** Whether the slot holds what `put` put there. */
function isIntact(slab: Slab, slot: number, length: number, descriptor = slot): boolean {
  const view: MutableView = {
    descriptor: 0,
    bytes: NO_BYTES,
    start: 0,
    end: 0,
    file: undefined,
    variableId: 0,
    index: 0,
    deliveries: 0,
    metadata: undefined,
  };
  slab.read(slot, view);
  const bytes = view.bytes.subarray(view.start, view.end);
  return (
    view.descriptor === descriptor && bytes.length === length && bytes.every((byte, i) => byte === byteFor(slot, i))
  );
}

describe("a slab", () => {
  test("gives back descriptor and bytes of every slot", () => {
    const slab = new Slab();
    for (let slot = 0; slot < SLAB_SLOTS; slot++) {
      put(slab, slot, slot, 0xffff_fc00 + slot);
    }
    for (let slot = 0; slot < SLAB_SLOTS; slot++) {
      expect(isIntact(slab, slot, slot, 0xffff_fc00 + slot)).toBe(true);
      expect(slab.lengthOf(slot)).toBe(slot);
    }
  });

  test("is small for a few small values, and wastes little when it is full of equal ones", () => {
    const slab = new Slab();
    put(slab, 0, 8);
    expect(slab.capacityBytes).toBeLessThanOrEqual(64);
    for (let slot = 1; slot < SLAB_SLOTS; slot++) {
      put(slab, slot, 64);
    }
    expect(slab.capacityBytes).toBeLessThanOrEqual(1.1 * SLAB_SLOTS * (64 + RECORD_HEADER));
  });

  test("made for values of a length takes a slab full of them without growing", () => {
    const slab = new Slab(64);
    const before = slab.capacityBytes;
    for (let slot = 0; slot < SLAB_SLOTS; slot++) {
      put(slab, slot, 64);
    }
    expect(slab.capacityBytes).toBe(before);
  });

  test("lets go of what removed values took, and keeps those that are left", () => {
    const slab = new Slab();
    for (let slot = 0; slot < SLAB_SLOTS; slot++) {
      put(slab, slot, 200);
    }
    const full = slab.capacityBytes;
    for (let slot = 0; slot < SLAB_SLOTS; slot++) {
      if (slot % 100 !== 0) {
        slab.remove(slot);
      }
    }
    expect(slab.capacityBytes).toBeLessThan(full / 10);
    for (let slot = 0; slot < SLAB_SLOTS; slot += 100) {
      expect(isIntact(slab, slot, 200)).toBe(true);
    }
  });

  test("does not grow when values come and go at its end, or when it is emptied and filled again", () => {
    const slab = new Slab();
    put(slab, 0, 10);
    for (let i = 0; i < 10_000; i++) {
      put(slab, 1, 40);
      slab.remove(1);
    }
    slab.remove(0);
    for (let i = 0; i < 10_000; i++) {
      put(slab, i % SLAB_SLOTS, 40);
      slab.remove(i % SLAB_SLOTS);
    }
    expect(slab.capacityBytes).toBeLessThanOrEqual(128);
  });

  test("does not grow without bound while one large value stays and small ones come and go", () => {
    const slab = new Slab();
    for (let i = 0; i < 100; i++) {
      slab.putLarge(0, { descriptor: 0, bytes: bytesFor(0, 2000), file: undefined });
      for (let slot = 1; slot < 20; slot++) {
        put(slab, slot, 100);
      }
      for (let slot = 1; slot < 20; slot++) {
        slab.remove(slot);
      }
      slab.remove(0);
      expect(slab.live).toBe(0);
    }
    expect(slab.capacityBytes).toBeLessThan(20_000);
  });

  test("is, after any puts and removals, what a map is", () => {
    const operation = fc.record({
      slot: fc.nat(80),
      length: fc.oneof(fc.nat(30), fc.constant(900)),
      isLarge: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300, size: "max" }), fc.nat(100), (operations, expected) => {
        const slab = new Slab(expected);
        const map = new Map<number, number>();
        for (const { slot, length, isLarge } of operations) {
          if (map.delete(slot)) {
            slab.remove(slot);
            continue;
          }
          map.set(slot, length);
          if (isLarge && length === 900) {
            slab.putLarge(slot, { descriptor: slot, bytes: bytesFor(slot, length), file: undefined });
          } else {
            put(slab, slot, length);
          }
        }
        expect(slab.live).toBe(map.size);
        const slots = Array.from({ length: 81 }, (_, slot) => slot);
        expect(slots.filter((slot) => slab.has(slot))).toEqual(slots.filter((slot) => map.has(slot)));
        expect([...map].every(([slot, length]) => isIntact(slab, slot, length))).toBe(true);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe("a large value", () => {
  test("that has its buffer to itself is kept without a copy", () => {
    const bytes = new Uint8Array(5000);
    expect(keepBytes(bytes, 0, 5000).buffer).toBe(bytes.buffer);
    expect(keepBytes(bytes, 10, 5000).buffer).toBe(bytes.buffer);
  });

  test("that is a slice of a bigger buffer is copied, so that it does not keep that alive", () => {
    const chunk = Uint8Array.from({ length: 65_536 }, (_, i) => i & 0xff);
    const kept = keepBytes(chunk, 100, 5100);
    expect(kept.buffer.byteLength).toBe(5000);
    expect(kept.every((byte, i) => byte === chunk[100 + i])).toBe(true);
    const slice = keepBytes(chunk.subarray(1000, 7000), 0, 6000);
    expect(slice.buffer.byteLength).toBe(6000);
  });
});
