/** Something to be done in its turn. */
export type Step = () => Promise<void> | void;

/** Does one thing after the other, in the order they came; at once where nothing has to be waited for. */
export class Lane {
  readonly #failed: (error: unknown) => void;
  readonly #steps: Step[] = [];
  #isBusy = false;

  /** `failed`: called with what a step throws; the next one is done all the same. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  add(step: Step): void {
    this.#steps.push(step);
    if (!this.#isBusy) {
      void this.#work();
    }
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      try {
        const done = step();
        if (done !== undefined) {
          await done;
        }
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#isBusy = false;
  }
}
