import { describe, expect, test } from "vitest";
import { Comeback, type ComebackUser } from "../../src/client/comeback.ts";
import type { Dialer, Timer } from "../../src/client/transport.ts";

interface FakeTimer extends Timer {
  readonly ms: number;
  readonly callback: () => void;
  isHeld: boolean;
  isCancelled: boolean;
}

/** A comeback whose timers run when the test says so. */
class Lab implements ComebackUser {
  readonly timers: FakeTimer[] = [];
  readonly comeback: Comeback;
  attempts = 0;
  givenUp = 0;
  end: string | undefined;

  constructor(graceMs = 10_000) {
    const after = (ms: number, callback: () => void): Timer => {
      const timer: FakeTimer = {
        ms,
        callback,
        isHeld: true,
        isCancelled: false,
        cancel: () => (timer.isCancelled = true),
        ref: () => (timer.isHeld = true),
        unref: () => (timer.isHeld = false),
      };
      this.timers.push(timer);
      return timer;
    };
    const dialer = { after, random: Math.random } as unknown as Dialer;
    this.comeback = new Comeback(dialer, { graceMs: 10_000, backoffMs: 50, maxBackoffMs: 1000 }, graceMs, this);
  }

  get running(): FakeTimer[] {
    return this.timers.filter(({ isCancelled }) => !isCancelled);
  }

  dialAgain(): void {
    this.attempts++;
  }

  giveUpAttempt(reason: string): void {
    this.givenUp++;
    this.comeback.attemptFailed(reason);
  }

  cameTooLate(reason: string): void {
    this.end = reason;
  }

  run(timer: FakeTimer): void {
    timer.isCancelled = true;
    timer.callback();
  }
}

describe("coming back", () => {
  test("is tried at once, then at growing intervals at random", () => {
    const lab = new Lab();
    lab.comeback.begin("cut");
    expect([lab.attempts, lab.comeback.isAway]).toEqual([1, true]);
    for (const most of [50, 100, 200, 400, 800, 1000, 1000]) {
      lab.comeback.attemptFailed("refused");
      const timer = lab.running.at(-1)!;
      expect(timer.ms).toBeGreaterThanOrEqual(most / 2);
      expect(timer.ms).toBeLessThanOrEqual(most);
      lab.run(timer);
    }
    expect(lab.attempts).toBe(8);
    lab.comeback.succeeded();
    expect([lab.running.length, lab.comeback.isAway]).toEqual([0, false]);
    lab.comeback.begin("cut");
    lab.comeback.attemptFailed("refused");
    expect(lab.running.at(-1)!.ms).toBeLessThanOrEqual(50);
  });

  test("ends when the granted time is over", () => {
    const lab = new Lab(3000);
    lab.comeback.begin("cut");
    lab.comeback.attemptFailed("refused");
    lab.run(lab.running.find(({ ms }) => ms === 3000)!);
    expect(lab.end).toBe("refused; it did not come back within 3000 ms");
    expect([lab.running.length, lab.comeback.isAway]).toEqual([0, false]);
  });

  test("gives an attempt up that hangs, for the next one", () => {
    const lab = new Lab();
    lab.comeback.begin("cut");
    lab.run(lab.running.find(({ ms }) => ms === 5000)!);
    expect(lab.givenUp).toBe(1);
    lab.run(lab.running.at(-1)!);
    expect(lab.attempts).toBe(2);
  });

  test("is tried once more, now, when the session is being closed", () => {
    const lab = new Lab();
    lab.comeback.begin("cut");
    lab.comeback.attemptFailed("refused");
    lab.comeback.leave();
    expect(lab.attempts).toBe(2);
    lab.comeback.attemptFailed("refused again");
    expect([lab.end, lab.running.length]).toEqual(["refused again", 0]);

    const later = new Lab();
    later.comeback.leave();
    later.comeback.begin("cut");
    expect(later.running.map(({ ms }) => ms).sort((a, b) => a - b)).toEqual([1000, 5000]);
    later.comeback.attemptFailed("refused");
    expect(later.end).toBe("refused");
  });

  test("keeps the program running only when something waits", () => {
    const lab = new Lab();
    lab.comeback.begin("cut");
    lab.comeback.hold(false);
    expect(lab.running.map(({ isHeld }) => isHeld)).toEqual([false, false]);
    lab.comeback.attemptFailed("refused");
    expect(lab.running.map(({ isHeld }) => isHeld)).toEqual([false, false]);
    lab.comeback.hold(true);
    expect(lab.running.map(({ isHeld }) => isHeld)).toEqual([true, true]);
  });
});
