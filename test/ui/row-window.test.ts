import { describe, expect, it } from "vitest";
import { mergeWindow, WINDOW_LENGTH, WINDOW_STEP, windowFor } from "../../ui/live/row-window.ts";

const page = (offset: number, total: number, label = "row") => ({
  total,
  offset,
  items: Array.from({ length: Math.min(WINDOW_LENGTH, total - offset) }, (_, i) => `${label} ${offset + i}`),
});

describe("the window on a long list", () => {
  it("holds a screen of rows before and behind the first visible one, wherever that is", () => {
    for (let first = 0; first < 1000; first++) {
      const offset = windowFor(first);
      expect(offset).toBeLessThanOrEqual(first);
      expect(offset + WINDOW_LENGTH - first).toBeGreaterThanOrEqual(3 * WINDOW_STEP);
      expect(offset % WINDOW_STEP).toBe(0);
    }
  });

  it("keeps rows near it while it moves, and forgets those far away", () => {
    const near = mergeWindow(mergeWindow(undefined, page(0, 100_000)), page(100, 100_000));
    expect(near.byIndex.get(0)).toBe("row 0");
    expect(near.byIndex.get(224)).toBe("row 224");
    const far = mergeWindow(near, page(50_000, 100_000));
    expect([...far.byIndex.keys()]).toHaveLength(WINDOW_LENGTH);
  });

  it("shows the newest of each row, and no row behind the end", () => {
    const before = mergeWindow(mergeWindow(undefined, page(0, 400)), page(100, 400));
    const after = mergeWindow(before, page(0, 150, "new"));
    expect(after.total).toBe(150);
    expect(after.byIndex.get(3)).toBe("new 3");
    expect(after.byIndex.size).toBe(150);
  });
});
