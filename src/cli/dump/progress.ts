import type { DumpTotals } from "./dump-format.ts";

const SHOWN_EVERY_MS = 200;

/** How far a dump or a load is, in one line on standard error that is written over; nothing where that is no terminal. */
export class Progress {
  readonly #isShown: boolean;
  readonly #what: string;
  readonly #valueCount: number;
  #shownAt = 0;

  constructor(what: string, valueCount: number, isQuiet: boolean) {
    this.#what = what;
    this.#valueCount = valueCount;
    this.#isShown = process.stderr.isTTY && !isQuiet;
  }

  show({ values, bytes }: DumpTotals): void {
    const now = performance.now();
    if (this.#isShown && now - this.#shownAt > SHOWN_EVERY_MS) {
      this.#shownAt = now;
      process.stderr.write(`\r\x1b[K${this.#what}: ${values} of ${this.#valueCount} values, ${sizeText(bytes)}`);
    }
  }

  clear(): void {
    if (this.#shownAt > 0) {
      process.stderr.write("\r\x1b[K");
    }
  }
}

/** "2 workspaces, 3 variables, 1000000 values (61.0 MiB)". */
export function totalsText({ workspaces, variables, values, bytes }: DumpTotals): string {
  return `${counted(workspaces, "workspace")}, ${counted(variables, "variable")}, ${counted(values, "value")} (${sizeText(bytes)})`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function sizeText(bytes: number): string {
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let size = bytes;
  let unit = "bytes";
  while (size >= 1024 && units.length > 0) {
    size /= 1024;
    unit = units.shift()!;
  }
  return unit === "bytes" ? `${bytes} bytes` : `${size.toFixed(1)} ${unit}`;
}
