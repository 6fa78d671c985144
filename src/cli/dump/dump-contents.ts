import type { Durability } from "../../client/index.ts";
import { nameOfBytes } from "../../client/name-bytes.ts";
import { DumpDamage } from "./dump-damage.ts";
import { type DumpMode, type DumpTotals, noTotals } from "./dump-format.ts";
import { type DumpSink, readDump } from "./dump-reader.ts";

/** What a dump holds but for the values. */
export interface DumpContents {
  readonly time: string;
  readonly workspaces: ReadonlyMap<string, WorkspaceContents>;
}

export interface WorkspaceContents {
  readonly name: string;
  readonly isPersistent: boolean;
  readonly durability: Durability | undefined;
  readonly variables: Map<string, DumpMode>;
  readonly totals: DumpTotals;
  guardedCount: number;
  /** The longest value, in bytes. */
  longest: number;
}

/** Reads a dump to its end. Throws a CommandFailure when it is not sound. */
export async function contentsOf(source: AsyncIterable<Uint8Array>): Promise<DumpContents> {
  const listing = new Listing();
  await readDump(source, listing);
  return listing;
}

/** Takes note of all names, and sees to it that every record stands where it has a meaning. */
class Listing implements DumpSink, DumpContents {
  time = "";
  readonly workspaces = new Map<string, WorkspaceContents>();
  #workspace: WorkspaceContents | undefined;
  #variable: { readonly name: string; readonly mode: DumpMode; count: number } | undefined;

  header(time: string): void {
    this.time = time;
  }

  workspace(bytes: Uint8Array, isPersistent: boolean, durability: Durability | undefined): Promise<void> {
    const name = nameOfBytes(bytes);
    if (this.workspaces.has(name)) {
      throw new DumpDamage(`the dump is damaged: it has workspace '${name}' twice`);
    }
    const totals = { ...noTotals(), workspaces: 1 };
    this.#workspace = {
      name,
      isPersistent,
      durability,
      variables: new Map(),
      totals,
      guardedCount: 0,
      longest: 0,
    };
    this.workspaces.set(name, this.#workspace);
    this.#variable = undefined;
    return Promise.resolve();
  }

  idleTimeout(): Promise<void> {
    if (this.#workspace === undefined || this.#variable !== undefined) {
      throw new DumpDamage("the dump is damaged: it has an idle timeout that does not follow a workspace");
    }
    return Promise.resolve();
  }

  limits(): Promise<void> {
    if (this.#variable?.count !== 0) {
      throw new DumpDamage("the dump is damaged: it has limits that do not follow a variable");
    }
    return Promise.resolve();
  }

  variable(bytes: Uint8Array, mode: DumpMode, isGuarded: boolean): Promise<void> {
    const name = nameOfBytes(bytes);
    const workspace = this.#workspace;
    if (workspace === undefined || workspace.variables.has(name)) {
      const what = workspace === undefined ? "without a workspace" : "twice";
      throw new DumpDamage(`the dump is damaged: it has variable '${name}' ${what}`);
    }
    workspace.variables.set(name, mode);
    workspace.totals.variables++;
    workspace.guardedCount += isGuarded ? 1 : 0;
    this.#variable = { name, mode, count: 0 };
    return Promise.resolve();
  }

  value(_descriptor: number, _bytes: Uint8Array, start: number, end: number): void {
    this.#count(end - start);
  }

  begin(_descriptor: number, length: number): void {
    this.#count(length);
  }

  piece(): Promise<void> {
    return Promise.resolve();
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  #count(length: number): void {
    const workspace = this.#workspace;
    const variable = this.#variable;
    if (workspace === undefined || variable === undefined) {
      throw new DumpDamage("the dump is damaged: it has a value without a variable");
    }
    variable.count++;
    if (variable.mode === "unknown" || (variable.mode === "single" && variable.count > 1)) {
      const sentence = `variable '${variable.name}', which is ${variable.mode}, has ${variable.count} values`;
      throw new DumpDamage(`the dump is damaged: ${sentence}`);
    }
    workspace.totals.values++;
    workspace.totals.bytes += length;
    workspace.longest = Math.max(workspace.longest, length);
  }
}
