import { ExitCode } from "../exit-code.ts";
import { exitCodeOf, sentenceOf } from "../report.ts";
import { act, typed } from "./actions.ts";
import { draw, roomOf } from "./draw.ts";
import { actionOf } from "./keys.ts";
import type { Paint } from "./paint.ts";
import type { Source } from "./source.ts";
import { queryOf, select, type TopState, withSample, withTrouble } from "./state.ts";
import { Screen } from "./terminal.ts";

/** Shows a server until somebody ends it. `first` has been looked at already. */
export async function runLive(source: Source, first: TopState, look: Paint): Promise<void> {
  await new Promise<void>((resolve) => new LiveTop(source, first, look, resolve));
}

/** One look at a time is under way; the next begins an interval after the last was asked for, or at once when something else is to be seen. */
class LiveTop {
  readonly #source: Source;
  readonly #look: Paint;
  readonly #ended: () => void;
  readonly #screen: Screen;
  #state: TopState;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #askedAt = 0;
  /** What is shown has changed since it was asked for. */
  #isStale = false;
  #hasEnded = false;

  constructor(source: Source, first: TopState, look: Paint, ended: () => void) {
    this.#source = source;
    this.#state = first;
    this.#look = look;
    this.#ended = ended;
    this.#screen = new Screen({
      key: (name, text) => this.#key(name, text),
      redraw: () => this.#draw(),
      stop: () => this.#end(),
    });
    this.#timer = setTimeout(() => this.#tick(), first.intervalMs);
    this.#draw();
  }

  #key(name: string, text: string): void {
    const before = this.#state;
    // (Who writes a filter has no other way out than these.)
    if (before.draft !== undefined && name !== "ctrl+c" && name !== "ctrl+z") {
      this.#change(typed(before, { name, text }));
      return;
    }
    const action = actionOf(name);
    if (action === "quit") {
      this.#end();
    } else if (action === "suspend") {
      this.#screen.suspend();
    } else if (action === "refresh") {
      this.#askSoon();
    } else if (action !== undefined) {
      this.#change(act(before, action));
    }
  }

  #change(state: TopState): void {
    const [was, is] = [queryOf(this.#state), queryOf(state)];
    this.#state = state;
    if (JSON.stringify(was) !== JSON.stringify(is)) {
      this.#askSoon();
    }
    this.#draw();
  }

  #askSoon(): void {
    if (this.#isAsking) {
      this.#isStale = true;
    } else {
      void this.#ask();
    }
  }

  #tick(): void {
    const { intervalMs, isPaused } = this.#state;
    this.#timer = setTimeout(() => this.#tick(), intervalMs);
    if (this.#isAsking) {
      const seconds = Math.round((performance.now() - this.#askedAt) / 1000);
      this.#state = withTrouble(this.#state, `the server has not answered for ${seconds} s`);
      this.#draw();
    } else if (!isPaused) {
      void this.#ask();
    }
  }

  /** Never rejects: what goes wrong is shown, and the next tick tries again. */
  async #ask(): Promise<void> {
    this.#isAsking = true;
    this.#isStale = false;
    this.#askedAt = performance.now();
    try {
      const sample = await this.#source.look(queryOf(this.#state));
      // (Meanwhile keys have made another state.)
      this.#state = withSample(this.#state, sample);
    } catch (error) {
      const isAway = exitCodeOf(error) === ExitCode.unreachable;
      this.#state = withTrouble(this.#state, (isAway ? "no connection, trying again: " : "") + sentenceOf(error));
    }
    this.#isAsking = false;
    this.#draw();
    this.#askAgain();
  }

  #askAgain(): void {
    if (this.#isStale && !this.#hasEnded) {
      void this.#ask();
    }
  }

  #draw(): void {
    if (this.#hasEnded) {
      return;
    }
    const { size } = this.#screen;
    this.#state = select({ ...this.#state, room: roomOf(size) }, this.#state.selectedIndex);
    this.#screen.show(draw(this.#state, size, this.#look));
  }

  #end(): void {
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      clearTimeout(this.#timer);
      this.#screen[Symbol.dispose]();
      this.#ended();
    }
  }
}
