import { TestClock } from "../../server/test-clock.ts";

/** A clock of which also what is to be done soon is done only when it is told to, or time passes. */
export class ManualClock extends TestClock {
  #soon: (() => void)[] = [];

  override soon(task: () => void): void {
    this.#soon.push(task);
  }

  /** Does what is to be done at the end of the turn. */
  override runSoon(): void {
    while (this.#soon.length > 0) {
      const tasks = this.#soon;
      this.#soon = [];
      tasks.forEach((task) => task());
    }
  }
}
