import type { WorkerOutput } from "./options.ts";

/** Writes what workers print to this program's own output, with the rank before each line. */
export function printOutput({ rank, stream, text }: WorkerOutput): void {
  const lines = text.replace(/\n$/, "").replaceAll(/^/gm, `[${rank}] `);
  process[stream].write(`${lines}\n`);
}
