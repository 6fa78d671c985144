/** How a worker's process ends. */
export const WorkerExit = {
  /** It was asked to, or its master has ended. */
  done: 0,
  /** It never became a worker: no server, no sleigh of that name, the wrong key. */
  failed: 1,
  /** The connection to the server broke. */
  serverLost: 69,
  /** The thread that runs tasks ended by itself: out of memory, or a mistake of ours. (A task that calls `process.exit` chooses the code.) */
  taskThreadLost: 70,
  /** A task did not stop when it was told to: only the end of its process could. Start another worker. */
  replaced: 75,
} as const;
