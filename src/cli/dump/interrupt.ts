const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Calls `tidy` when the command is interrupted, which then ends as it would have without. Returns what takes this back. */
export function onInterrupt(tidy: () => void): () => void {
  const listeners = Object.entries(signals).map(([signal, number]) => {
    const listener = (): void => {
      tidy();
      process.exit(128 + number);
    };
    process.once(signal, listener);
    return () => void process.off(signal, listener);
  });
  return () => {
    listeners.forEach((remove) => remove());
  };
}
