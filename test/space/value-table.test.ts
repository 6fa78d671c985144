import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MutableView, NO_BYTES, SLAB_SLOTS } from "../../src/space/slab.ts";
import { UniformSlab } from "../../src/space/uniform-slab.ts";
import { VALUE_OVERHEAD_BYTES, ValueTable } from "../../src/space/value-table.ts";

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

function put(table: ValueTable, index: number, length: number): void {
  const bytes = Uint8Array.from({ length: length + 2 }, (_, i) => (index * 7 + i) & 0xff);
  table.put(index, index % 1000, bytes, 1, length + 1);
}

function isIntact(table: ValueTable, index: number, length: number): boolean {
  table.read(index, view);
  const { descriptor, bytes, start, end } = view;
  const isRight = (byte: number, i: number): boolean => byte === ((index * 7 + i + 1) & 0xff);
  return (
    view.index === index &&
    descriptor === index % 1000 &&
    end - start === length &&
    bytes.subarray(start, end).every(isRight)
  );
}

function isEqual(table: ValueTable, index: number, descriptor: number, bytes: Uint8Array): boolean {
  table.read(index, view);
  return view.descriptor === descriptor && isDeepStrictEqual(view.bytes.slice(view.start, view.end), bytes);
}

describe("a table of values", () => {
  test("keeps a long queue right, at indices beyond 32 bits too", () => {
    const first = 2 ** 33 - 5;
    const table = new ValueTable();
    let intactCount = 0;
    for (let index = first; index < first + 5000; index++) {
      put(table, index, index % 90);
    }
    for (let index = first; index < first + 5000; index++) {
      intactCount += isIntact(table, index, index % 90) ? 1 : 0;
      table.remove(index);
    }
    expect(intactCount).toBe(5000);
    expect(table).toMatchObject({ count: 0, memoryBytes: 0 });
  });

  test("is, after any puts and removals, what a map is", () => {
    const file = { length: 7 };
    const step = fc.record({
      index: fc.oneof(fc.nat(20), fc.integer({ min: SLAB_SLOTS - 4, max: SLAB_SLOTS * 4 })),
      length: fc.oneof(fc.nat(40), fc.constantFrom(1023, 1024, 1025, 3000)),
      isFile: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: "max" }), (steps) => {
        const table = new ValueTable();
        const map = new Map<number, number | typeof file>();
        for (const { index, length, isFile } of steps) {
          const present = map.get(index);
          if (present !== undefined) {
            expect(table.lengthOf(index)).toBe(present === file ? 7 : present);
            expect(table.remove(index)).toBe(present === file ? file : undefined);
            map.delete(index);
          } else if (isFile && length < 5) {
            table.putFile(index, 0, file);
            map.set(index, file);
          } else {
            put(table, index, length);
            map.set(index, length);
          }
          table.validate();
        }
        const lengths = [...map.values()].filter((value) => typeof value === "number");
        const files = [...table.files()];
        expect(files).toHaveLength(map.size - lengths.length);
        expect(table.fileBytes).toBe(files.length * 7);
        expect(table.memoryBytes).toBe(lengths.reduce((a, b) => a + b, 0) + map.size * VALUE_OVERHEAD_BYTES);
        for (const [index, value] of map) {
          expect(value === file || isIntact(table, index, value as number)).toBe(true);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("is what a map is when a long queue of equal values gets others, files and holes", () => {
    const equal = Uint8Array.from({ length: 9 }, (_, i) => i);
    const descriptors = { equal: 33, relabelled: 34 };
    const file = { length: 7 };
    const filled = SLAB_SLOTS * 5;
    const step = fc.record({
      // Many at a time, so that slabs become sparse and empty.
      from: fc.nat(filled + SLAB_SLOTS),
      count: fc.oneof(fc.constant(1), fc.nat(SLAB_SLOTS)),
      kind: fc.constantFrom("equal", "equal", "relabelled", "other", "large", "file"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20, size: "max" }), (steps) => {
        const table = new ValueTable();
        const map = new Map<number, number | typeof file | "equal" | "relabelled">();
        const storeEqual = (index: number, kind: "equal" | "relabelled" = "equal"): void => {
          table.put(index, descriptors[kind], equal, 0, equal.length);
          map.set(index, kind);
        };
        for (let index = 0; index < filled; index++) {
          storeEqual(index);
        }
        for (const { from, count, kind } of steps) {
          for (let index = from; index < from + count; index++) {
            if (map.has(index)) {
              expect(table.remove(index)).toBe(map.get(index) === file ? file : undefined);
              map.delete(index);
            } else if (kind === "equal" || kind === "relabelled") {
              storeEqual(index, kind);
            } else if (kind === "file") {
              table.putFile(index, 0, file);
              map.set(index, file);
            } else {
              const length = kind === "large" ? 1025 : index % 20;
              put(table, index, length);
              map.set(index, length);
            }
          }
          table.validate();
        }
        expect(table.count).toBe(map.size);
        expect([...table.files()]).toHaveLength([...map.values()].filter((value) => value === file).length);
        let intactCount = 0;
        for (const [index, value] of map) {
          const isRight =
            value === "equal" || value === "relabelled"
              ? isEqual(table, index, descriptors[value as keyof typeof descriptors], equal)
              : value === file || isIntact(table, index, value as number);
          intactCount += isRight ? 1 : 0;
        }
        expect(intactCount).toBe(map.size);
        for (const index of map.keys()) {
          table.remove(index);
        }
        expect(table).toMatchObject({ count: 0, memoryBytes: 0, fileBytes: 0 });
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe("a slab of equal values", () => {
  test("takes little more than the values", () => {
    expect(new UniformSlab(1, 64).capacityBytes).toBe(64 * SLAB_SLOTS);
  });

  test("becomes small when few of its values are left", () => {
    const slab = new UniformSlab(7, 64);
    const bytes = new Uint8Array(64).fill(5);
    for (let slot = 0; slot < SLAB_SLOTS; slot++) {
      slab.put(slot, bytes, 0);
    }
    let slot = 0;
    while (!slab.isSparse) {
      slab.remove(slot++);
    }
    expect(slab.live).toBeGreaterThan(0);
    expect(slab.toSlab().capacityBytes).toBeLessThanOrEqual(slab.capacityBytes / 2);
  });
});
