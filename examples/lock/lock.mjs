// lock.mjs: a lock with fencing

/**
 * Resolves when this program has the lock, for `ms` milliseconds at most. The variable must hold the number 0 at first.
 * `fence` is greater than that of everybody who has had the lock before.
 */
export async function acquire(ws, name, ms) {
  const lease = await ws.fetch(name, { lease: ms });
  const fence = lease.value + lease.deliveries;
  return {
    fence,
    /** Begins the time anew. LeaseLostError: somebody else may have the lock by now. */
    extend: () => lease.extend(),
    /** Gives the lock to the next. LeaseLostError: it had been lost before. */
    release: () => lease.complete(name, fence),
  };
}
