import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linesOfExample } from "./run-example.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-examples-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** What an example found on its workers, after making sure that its sequential twin found the same. */
async function found(name: string, args: readonly string[] = []): Promise<string> {
  const lines = (await linesOfExample(name, args)).slice(-3);
  const [onWorkers = "", oneByOne = ""] = lines.map((line) => line.slice("on workers: ".length));
  expect(lines).toEqual([`on workers: ${onWorkers}`, `one by one: ${oneByOne}`, "equal"]);
  expect(oneByOne).toBe(onWorkers);
  return onWorkers;
}

describe("the examples of Sleigh, like their sequential twins,", () => {
  it("hostname: name this machine once for each worker", async () => {
    expect(await found("hostname")).toBe([hostname(), hostname(), hostname()].join(", "));
  });

  it("pi: find the same digits with any number of workers, and others with another seed", async () => {
    const pi = await found("pi", ["1", "7"]);
    expect(Number(pi)).toBeCloseTo(Math.PI, 2);
    expect(await found("pi", ["3", "7"])).toBe(pi);
    expect(await found("pi", ["3", "8"])).not.toBe(pi);
  });

  it("mandelbrot: write the picture, black inside the set and symmetric", async () => {
    const file = join(folder, "mandelbrot.png");
    await found("mandelbrot", [file]);
    const { width, height, channels, data } = decode(await readFile(file));
    expect({ width, height, channels }).toEqual({ width: 600, height: 400, channels: 3 });
    const at = (row: number, column: number): number[] => [...data.slice(3 * (row * width + column)).slice(0, 3)];
    expect(at(height / 2, (2.25 / 3) * width)).toEqual([0, 0, 0]); // the point 0
    expect(at(0, 0)).not.toEqual([0, 0, 0]);
    expect(at(100, 123)).toEqual(at(height - 100, 123));
  });

  it("wordcount: count the words of all files of a folder, the most frequent first", async () => {
    await writeFile(join(folder, "a.txt"), "To be, or not to be: that is the question.");
    await writeFile(join(folder, "b.txt"), "Être ou ne pas être? The question.");
    await rm(join(folder, "mandelbrot.png"), { force: true });
    expect(await found("wordcount", [folder])).toBe("12 words, be 2, question 2, the 2, to 2, être 2");
    expect(await found("wordcount")).toMatch(/^\d+ words, the \d+/);
  });

  it("bootstrap: find the same interval with any number of workers", async () => {
    const interval = await found("bootstrap", ["1"]);
    expect(await found("bootstrap", ["3"])).toBe(interval);
    const [median = NaN, low = NaN, high = NaN] = (interval.match(/[\d.]+/g) ?? []).map(Number);
    expect([low < median, median < high]).toEqual([true, true]);
  });

  it("cross-validation: find the degree of the curve that the points were made from", async () => {
    expect(await found("cross-validation")).toMatch(/^degree 3, with a mean squared error of 0\.2\d+$/);
  });
});
