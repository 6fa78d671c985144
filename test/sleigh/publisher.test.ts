import { beforeEach, expect, test } from "vitest";
import { Publisher } from "../../src/sleigh/master/monitor/publisher.ts";

/** A clock that goes when it is told to, and what was published when. */
let now: number;
let due: { at: number; run: () => void } | undefined;
let published: number[];

const clock = {
  now: (): number => now,
  after: (ms: number, run: () => void): (() => void) => {
    const own = { at: now + ms, run };
    due = own;
    return () => {
      due = due === own ? undefined : due;
    };
  },
};

beforeEach(() => {
  now = 1000;
  due = undefined;
  published = [];
});

/** Lets time pass, whatever is due in it included. */
async function pass(ms: number): Promise<void> {
  const end = now + ms;
  while (due !== undefined && due.at <= end) {
    const { at, run } = due;
    due = undefined;
    now = at;
    run();
    await new Promise(setImmediate);
  }
  now = end;
}

function publisher(publish: () => Promise<void> = () => Promise.resolve()): Publisher {
  return new Publisher(() => {
    published.push(now);
    return publish();
  }, clock);
}

test("the first change is told at once, many later ones together", async () => {
  const one = publisher();
  one.changed();
  await pass(0);
  for (let i = 0; i < 100; i++) {
    one.changed();
    await pass(10);
  }
  expect(published).toEqual([1000, 1300, 1600, 1900]);
});

test("when all is quiet it is told once more, and then no more", async () => {
  const one = publisher();
  one.changed();
  await pass(1_000_000);
  expect(published).toEqual([1000, 6500]);
  expect(due).toBeUndefined();
});

test("while it is being told, changes wait", async () => {
  let done: () => void = () => undefined;
  const one = publisher(() => new Promise((resolve) => (done = resolve)));
  one.changed();
  await pass(0);
  one.changed();
  await pass(5000);
  expect(published).toEqual([1000]);
  done();
  await new Promise(setImmediate);
  await pass(300);
  expect(published).toEqual([1000, 6300]);
});

test("a failure ends it, and so does stopping", async () => {
  const failing = publisher(() => Promise.reject(new Error("the server is gone")));
  failing.changed();
  await pass(0);
  failing.changed();
  const stopped = publisher();
  stopped.changed();
  stopped.stop();
  stopped.changed();
  await pass(1_000_000);
  expect(published).toEqual([1000]);
});
