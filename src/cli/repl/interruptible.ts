import { NetWorkSpace, type WorkspaceOptions } from "../../client/index.ts";

/** Where the options of those operations stand that may wait: behind so many other arguments. */
const optionsBehind = {
  fetch: 1,
  find: 1,
  fetchMany: 1,
  ifetch: 1,
  ifind: 1,
  ifetchTry: 1,
  ifindTry: 1,
  store: 2,
  storeAll: 2,
  storeFile: 2,
  fetchFile: 2,
  findFile: 2,
  fetchTryFile: 2,
  findTryFile: 2,
} as const;

type Operation = (...args: unknown[]) => unknown;

/**
 * The class `NetWorkSpace` for lines that somebody types: what waits ends when `signal` says so, unless it was given a signal of its own; and
 * it is of the session that there is, unless another server is named.
 */
export function interruptibleClass(signal: () => AbortSignal, defaults: () => WorkspaceOptions): typeof NetWorkSpace {
  class InterruptibleWorkSpace extends NetWorkSpace {
    constructor(name: string, options: WorkspaceOptions = {}) {
      super(name, isOfAnother(options) ? options : { ...defaults(), ...options });
      for (const [operation, index] of Object.entries(optionsBehind)) {
        const run = (this as unknown as Record<string, Operation>)[operation]!.bind(this);
        const value: Operation = (...args) => {
          const given = args[index] as object | undefined;
          const all = Array.from({ length: Math.max(index, args.length) }, (_, i) => args[i]);
          all[index] = { signal: signal(), ...given };
          return run(...all);
        };
        Object.defineProperty(this, operation, { value, configurable: true });
      }
    }
  }
  Object.defineProperty(InterruptibleWorkSpace, "name", { value: "NetWorkSpace" });
  return InterruptibleWorkSpace as typeof NetWorkSpace;
}

function isOfAnother({ server, serverHost, serverPort, socketPath }: WorkspaceOptions): boolean {
  return [server, serverHost, serverPort, socketPath].some((each) => each !== undefined);
}
