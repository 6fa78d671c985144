const LONG_MS = 2 ** 30;

/** Keeps the program running until the promise is settled. Nothing else of a sleigh does: one that is idle lets the program end. */
export async function holding<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, LONG_MS);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
