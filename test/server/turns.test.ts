import { expect, it } from "vitest";
import { FlushQueue } from "../../src/server/flush-queue.ts";
import { Turns } from "../../src/server/turns.ts";
import { TestClock } from "./test-clock.ts";

/** The event loop by hand: `round` is its part in which it runs what was put off. */
class Rounds extends TestClock {
  #tasks: (() => void)[] = [];

  override soon(task: () => void): void {
    this.#tasks.push(task);
  }

  round(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    tasks.forEach((task) => task());
  }
}

/** Connections that go on for so many turns each, and of each round who had one in it. */
function scene(turnsOf: Readonly<Record<string, number>>): { round: () => readonly string[] } {
  const clock = new Rounds();
  const turns = new Turns(clock, new FlushQueue(clock));
  let had: string[] = [];
  for (const [name, most] of Object.entries(turnsOf)) {
    let left = most;
    const taker = {
      goOn: () => {
        had.push(name);
        if (--left > 0) {
          turns.add(taker);
        }
      },
    };
    turns.add(taker);
  }
  const round = (): readonly string[] => {
    had = [];
    clock.round();
    return had;
  };
  return { round };
}

it("whose turn has just ended has the next one after everybody else was heard", () => {
  const { round } = scene({ a: 1 });
  expect(round()).toEqual([]);
  expect(round()).toEqual(["a"]);
  expect(round()).toEqual([]);
});

it("in each round of the event loop one connection has a turn, one after the other", () => {
  const { round } = scene({ a: 3, b: 2 });
  expect(Array.from({ length: 7 }, round)).toEqual([[], ["a"], ["b"], ["a"], ["b"], ["a"], []]);
});
