/** Time as the log and the server see it, so that a simulation can own it. */
export interface Clock {
  /** Milliseconds from any fixed moment. */
  now(): number;
  /** Runs `task` when what is ready now has been handled: what is appended until then goes out in one batch. */
  soon(task: () => void): void;
  /** Runs `task` every `ms` milliseconds until the function it returns is called. Does not keep a process alive. */
  every(ms: number, task: () => void): () => void;
  /** Runs `task` once after `ms` milliseconds, unless the function it returns is called before. `isBackground`: does not keep a process alive. */
  after(ms: number, task: () => void, isBackground: boolean): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  soon: (task) => void setImmediate(task),
  every: (ms, task) => {
    const timer = setInterval(task, ms).unref();
    return () => clearInterval(timer);
  },
  after: (ms, task, isBackground) => {
    const timer = setTimeout(task, ms);
    if (isBackground) {
      timer.unref();
    }
    return () => clearTimeout(timer);
  },
};
