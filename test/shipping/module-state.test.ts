import { beforeEach, describe, expect, test } from "vitest";
import { Realm, Receiver, Shipper, type AnyFunction } from "../../src/sleigh/shipping/index.ts";

const shipper = new Shipper();

/** A worker that gets every part once. */
class Worker {
  readonly #parts = new Map<string, Uint8Array>();
  readonly #receiver = new Receiver(this.#parts);

  async get<F extends AnyFunction>(fn: F, realm?: Realm): Promise<F> {
    const { root, parts } = shipper.capture(fn);
    for (const [hash, bytes] of parts) {
      this.#parts.set(hash, bytes);
    }
    return (await this.#receiver.rebuild(root, realm)) as F;
  }
}

let worker: Worker;
beforeEach(() => {
  worker = new Worker();
});

let number = 1;
let cache = new Map<string, number>();
const config = { level: 1, nested: { on: false } };
const logger = {
  config,
  lines: [] as string[],
  log(text: string) {
    this.lines.push(`${config.level} ${text}`);
    return this.lines.length;
  },
};

class Registry {
  static readonly entries: string[] = [];
  static add(entry: string): number {
    return Registry.entries.push(entry);
  }
}

const makeCounter = (start: number) => {
  let n = start;
  return () => ++n;
};
const fileCounter = makeCounter(10);

const setNumber = (value: number): void => {
  number = value;
};
const getNumber = (): number => number;
const replaceCache = (): void => {
  cache = new Map([["from the worker", 1]]);
};
const putInCache = (key: string): number => cache.set(key, cache.size).size;
const cacheKeys = (): string[] => [...cache.keys()];

describe("a variable of a file", () => {
  test("keeps what the worker assigned, for functions that come later", async () => {
    (await worker.get(setNumber))(7);
    expect((await worker.get(getNumber))()).toBe(7);
    expect((await worker.get(() => number + 1))()).toBe(8);
    expect(number).toBe(1);
  });

  test("is seen by functions that came before", async () => {
    const get = await worker.get(getNumber);
    (await worker.get(setNumber))(9);
    expect(get()).toBe(9);
  });

  test("gets the master's value again when that has changed", async () => {
    const get = await worker.get(getNumber);
    (await worker.get(setNumber))(9);
    number = 2;
    (await worker.get(getNumber))();
    expect(get()).toBe(2);
    number = 1;
  });

  test("is another one on another worker, and in a realm of its own", async () => {
    (await worker.get(setNumber))(9);
    expect((await new Worker().get(getNumber))()).toBe(1);
    expect((await worker.get(getNumber, new Realm()))()).toBe(1);
    expect((await worker.get(getNumber))()).toBe(9);
  });
});

describe("an object that a variable of a file holds", () => {
  test("keeps what the worker put into it", async () => {
    (await worker.get(putInCache))("a");
    expect((await worker.get(putInCache))("b")).toBe(2);
    expect((await worker.get(cacheKeys))()).toEqual(["a", "b"]);
  });

  test("stays replaced by the worker's own", async () => {
    (await worker.get(replaceCache))();
    (await worker.get(putInCache))("b");
    expect((await worker.get(cacheKeys))()).toEqual(["from the worker", "b"]);
  });

  test("is the master's again when that was changed", async () => {
    (await worker.get(putInCache))("a");
    cache.set("from the master", 1);
    expect((await worker.get(cacheKeys))()).toEqual(["from the master"]);
    cache = new Map();
    expect((await worker.get(cacheKeys))()).toEqual([]);
  });

  test("is one object, whichever variable leads to it", async () => {
    const isOne = (): boolean => logger.config === config;
    expect((await worker.get(isOne))()).toBe(true);
    config.level = 2;
    expect((await worker.get(isOne))()).toBe(true);
    expect((await worker.get(() => logger.config.level))()).toBe(2);
    config.level = 1;
  });

  test("keeps its state while others change", async () => {
    expect((await worker.get((text: string) => logger.log(text)))("a")).toBe(1);
    number = 5;
    expect((await worker.get((text: string) => logger.log(text + String(number))))("b")).toBe(2);
    number = 1;
  });
});

test("a class keeps its static fields", async () => {
  (await worker.get(() => Registry.add("a")))();
  expect((await worker.get(() => Registry.add("b")))()).toBe(2);
  Registry.add("on the master");
  expect((await worker.get(() => Registry.entries))()).toEqual(["a", "b"]);
});

test("a closure in a variable of a file is such an object, a closure in a function is fresh", async () => {
  const mine = makeCounter(10);
  expect((await worker.get(() => [fileCounter(), mine()]))()).toEqual([11, 11]);
  expect((await worker.get(() => [fileCounter(), mine()]))()).toEqual([12, 11]);
});

test("a function of a file is the same function each time", async () => {
  expect(await worker.get(getNumber)).toBe(await worker.get(getNumber));
});

test("many shipments in any order agree on one class", async () => {
  const functions = await Promise.all(Array.from({ length: 20 }, () => worker.get(() => Registry)));
  expect(new Set(functions.map((fn) => fn())).size).toBe(1);
});
