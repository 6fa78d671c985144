import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MutableView, NO_BYTES, SLAB_SLOTS } from "../../src/space/slab.ts";
import { VALUE_OVERHEAD_BYTES, ValueTable } from "../../src/space/value-table.ts";

function put(table: ValueTable, index: number, length: number): void {
  const bytes = Uint8Array.from({ length: length + 2 }, (_, i) => (index * 7 + i) & 0xff);
  table.put(index, index % 1000, bytes, 1, length + 1);
}

function isIntact(table: ValueTable, index: number, length: number): boolean {
  const view: MutableView = {
    descriptor: 0,
    bytes: NO_BYTES,
    start: 0,
    end: 0,
    file: undefined,
    variableId: 0,
    index: 0,
    deliveries: 0,
  };
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
});
