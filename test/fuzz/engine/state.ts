import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What is known of a target from all runs so far. */
export interface TargetState {
  /** Inputs tried. */
  inputs: number;
  seconds: number;
  /** Of the last run: inputs that each reach something of their own, and blocks of code reached. */
  corpus: number;
  blocks: number;
  blockCount: number;
}

export const nothingYet: TargetState = { inputs: 0, seconds: 0, corpus: 0, blocks: 0, blockCount: 0 };

/** The folder `.fuzz`: `NAME/corpus/`, `NAME/failures/`, `NAME/state.json`. */
export class StateFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  corpusOf(name: string): string {
    return join(this.folder, name, "corpus");
  }

  failuresOf(name: string): string {
    return join(this.folder, name, "failures");
  }

  /** Those whose files nobody has deleted. */
  failureCount(name: string): number {
    const folder = this.failuresOf(name);
    return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".bin")).length : 0;
  }

  read(name: string): TargetState {
    try {
      return { ...nothingYet, ...(JSON.parse(readFileSync(this.#file(name), "utf8")) as TargetState) };
    } catch {
      return { ...nothingYet };
    }
  }

  write(name: string, state: TargetState): void {
    mkdirSync(join(this.folder, name), { recursive: true });
    const file = this.#file(name);
    writeFileSync(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
    renameSync(`${file}.new`, file);
  }

  #file(name: string): string {
    return join(this.folder, name, "state.json");
  }
}
