import { expect, it } from "vitest";
import { FlushQueue } from "../../src/server/flush-queue.ts";
import { Turns, type TurnTaker } from "../../src/server/turns.ts";
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

class Connection implements TurnTaker {
  readonly #name: string;
  readonly #scene: Scene;
  #left: number;

  constructor(name: string, turns: number, scene: Scene) {
    this.#name = name;
    this.#left = turns;
    this.#scene = scene;
  }

  goOn(): void {
    this.#scene.had.push(this.#name);
    if (--this.#left > 0) {
      this.#scene.turns.add(this);
    }
  }
}

class Scene {
  readonly #clock = new Rounds();
  readonly turns = new Turns(this.#clock, new FlushQueue(this.#clock));
  had: string[] = [];

  /** One that goes on for so many turns. */
  add(name: string, turns: number): Connection {
    const connection = new Connection(name, turns, this);
    this.turns.add(connection);
    return connection;
  }

  /** Who had a turn in the next round. */
  round(): readonly string[] {
    this.had = [];
    this.#clock.round();
    return this.had;
  }

  rounds(count: number): readonly (readonly string[])[] {
    return Array.from({ length: count }, () => this.round());
  }
}

it("whose turn has just ended has the next one after everybody else was heard, each time anew", () => {
  const scene = new Scene();
  scene.add("a", 1);
  expect(scene.rounds(3)).toEqual([[], ["a"], []]);
  scene.add("a", 1);
  expect(scene.rounds(3)).toEqual([[], ["a"], []]);
});

it("in each round of the event loop one connection has a turn, one after the other", () => {
  const scene = new Scene();
  scene.add("a", 3);
  scene.add("b", 2);
  expect(scene.rounds(7)).toEqual([[], ["a"], ["b"], ["a"], ["b"], ["a"], []]);
});

it("who has gone has no turn, and those who come later have theirs", () => {
  const scene = new Scene();
  const gone = scene.add("a", 1);
  scene.turns.remove(gone);
  scene.round();
  scene.turns.remove(scene.add("b", 1));
  expect(scene.rounds(2)).toEqual([[], []]);
  scene.add("c", 2);
  expect(scene.rounds(4)).toEqual([[], ["c"], ["c"], []]);
});

it("a fault in one connection's turn leaves the others theirs", () => {
  const scene = new Scene();
  scene.turns.add({
    goOn: () => {
      throw new Error("a fault");
    },
  });
  scene.add("a", 1);
  scene.round();
  expect(() => scene.round()).toThrow("a fault");
  expect(scene.round()).toEqual(["a"]);
});
