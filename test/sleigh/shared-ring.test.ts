import { expect, test } from "vitest";
import { SharedRing } from "../../src/sleigh/worker/shared-ring.ts";

/** What the other side takes. */
function taken(ring: SharedRing): [slot: number, number: number, bytes: number[]][] {
  const all: [number, number, number[]][] = [];
  ring.take(Infinity, (slot, number, bytes) => all.push([slot, number, [...bytes]]));
  return all;
}

test("records come out as they went in, in order, through memory that both sides share", () => {
  const writer = new SharedRing();
  const reader = new SharedRing(writer.buffer);
  expect(taken(reader)).toEqual([]);
  expect(writer.put(7, 0.25, Uint8Array.of(1, 2, 3))).toBe(true);
  expect(writer.put(8, 1.5, new Uint8Array())).toBe(true);
  expect(taken(reader)).toEqual([
    [7, 0.25, [1, 2, 3]],
    [8, 1.5, []],
  ]);
  expect(taken(reader)).toEqual([]);
});

test("what was taken stays as it is when the room is used again", () => {
  const ring = new SharedRing();
  ring.put(1, 0, Uint8Array.of(42));
  const kept: Uint8Array[] = [];
  ring.take(Infinity, (_, __, bytes) => kept.push(bytes));
  for (let i = 0; i < 50_000; i++) {
    ring.put(2, 0, Uint8Array.of(i));
    ring.take(Infinity, () => undefined);
  }
  expect([...kept[0]!]).toEqual([42]);
});

test("a full ring takes no more until something was taken, and loses nothing", () => {
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 16_807) % 2_147_483_647) % below;
  const ring = new SharedRing();
  const expected: [number, number, number[]][] = [];
  const got: [number, number, number[]][] = [];
  let refused = 0;
  for (let i = 0; i < 5_000; i++) {
    const bytes = new Uint8Array(random(i % 3 === 0 ? 40_000 : 300)).fill(i);
    if (ring.put(i % 64, i / 8, bytes)) {
      expected.push([i % 64, i / 8, [bytes.length, bytes[0] ?? 0, bytes.at(-1) ?? 0]]);
    } else {
      refused++;
    }
    if (random(20) === 0) {
      ring.take(Infinity, (slot, ms, bytes) => got.push([slot, ms, [bytes.length, bytes[0] ?? 0, bytes.at(-1) ?? 0]]));
    }
  }
  ring.take(Infinity, (slot, ms, bytes) => got.push([slot, ms, [bytes.length, bytes[0] ?? 0, bytes.at(-1) ?? 0]]));
  expect(refused).toBeGreaterThan(20);
  expect(got).toEqual(expected);
});

test("no more are taken than asked for", () => {
  const ring = new SharedRing();
  for (const slot of [1, 2, 3]) {
    ring.put(slot, 0, Uint8Array.of(slot));
  }
  const slots: number[] = [];
  ring.take(2, (slot) => slots.push(slot));
  expect(slots).toEqual([1, 2]);
  ring.take(2, (slot) => slots.push(slot));
  expect(slots).toEqual([1, 2, 3]);
});

test("what is larger than the whole ring is refused", () => {
  expect(new SharedRing().put(0, 0, new Uint8Array(300_000))).toBe(false);
});
