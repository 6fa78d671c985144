import type { Launcher } from "./launcher.ts";

/** A process on this machine, with this Node and this package. `launch: "local"` means this. */
export const local: Launcher = (_node, worker) => {
  const [command, ...args] = worker.command({ local: true });
  const { env } = worker.options;
  return { command: command!, args, ...(env !== undefined && { env }) };
};
