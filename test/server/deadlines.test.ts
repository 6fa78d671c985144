import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/log/index.ts";
import { type Deadline, Deadlines } from "../../src/server/deadlines.ts";

describe("deadlines", () => {
  it("expire in order of time, each once, and not when they were cancelled", () => {
    const action = fc.oneof(
      fc.record({ do: fc.constant("add" as const), after: fc.integer({ min: 1, max: 100 }) }),
      fc.record({ do: fc.constant("cancel" as const), which: fc.nat() }),
      fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        let now = 0;
        const deadlines = new Deadlines({ ...systemClock, now: () => now });
        const expired: number[] = [];
        const target = { expire: (request: number) => expired.push(request) };
        const pending = new Map<number, { at: number; deadline: Deadline }>();
        let last = 0;
        for (const step of actions) {
          if (step.do === "add") {
            const request = ++last;
            pending.set(request, { at: now + step.after, deadline: deadlines.add(step.after, target, request) });
          } else if (step.do === "cancel") {
            const [request, entry] = [...pending][step.which % Math.max(1, pending.size)] ?? [];
            if (request !== undefined && entry !== undefined) {
              deadlines.cancel(entry.deadline);
              deadlines.cancel(entry.deadline);
              pending.delete(request);
            }
          } else {
            now += step.ms;
            deadlines.expireDue();
            const due = [...pending].filter(([, { at }]) => at <= now);
            const times = expired.map((request) => pending.get(request)!.at);
            expect(times).toEqual(times.toSorted((a, b) => a - b));
            expect(expired.toSorted((a, b) => a - b)).toEqual(due.map(([request]) => request));
            for (const request of expired) {
              pending.delete(request);
            }
            expired.length = 0;
          }
          expect(deadlines.count).toBe(pending.size);
        }
        deadlines.clear();
      }),
    );
  });

  it("wake up by a timer of their own, the earliest first", async () => {
    const deadlines = new Deadlines();
    const order: number[] = [];
    await new Promise<void>((resolve) => {
      const target = {
        expire: (request: number): void => {
          order.push(request);
          if (order.length === 3) {
            resolve();
          }
        },
      };
      deadlines.add(40, target, 3);
      deadlines.add(5, target, 1);
      deadlines.add(20, target, 2);
    });
    expect(order).toEqual([1, 2, 3]);
    expect(deadlines.count).toBe(0);
  });
});
