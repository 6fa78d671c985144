import type { FrozenValues } from "./frozen-values.ts";
import { listIdleTimeout, listLimits } from "./listing.ts";
import type { FileValue, ValueView } from "./receiver.ts";
import { type MutableView, NO_VALUE } from "./slab.ts";
import type { Variable } from "./variable.ts";
import type { Workspace } from "./workspace.ts";

/** A variable as it was. */
interface SnapshotVariable {
  readonly variable: Variable;
  readonly values: FrozenValues;
  /** Values below this index have no place any more: newer ones have come (single), and these are only booked still. */
  readonly from: number;
}

/**
 * Workspaces as they were at one moment, with all their values, the booked ones in their places: what a server would have that
 * is started again after a crash at that moment. They are not copied; what changes while somebody reads is. Files
 * of values that are gone meanwhile stay until `release`.
 */
export class Snapshot {
  /** What it holds, a byte string: a line for each workspace, and behind it one for each of its variables, all in byte order. */
  readonly listing: string;
  readonly #variables: SnapshotVariable[] = [];
  readonly #files = new Set<FileValue>();
  /** Files whose values are gone. */
  readonly #dropped: FileValue[] = [];
  readonly #view: MutableView = { ...NO_VALUE };

  constructor(workspaces: Iterable<Workspace>) {
    const lines: string[] = [];
    for (const workspace of workspaces) {
      const { name: itsName, isPersistent, durability = "" } = workspace;
      const persistent = isPersistent ? "True" : "False";
      lines.push(`workspace\t${itsName}\t${persistent}\t${durability}${listIdleTimeout(workspace)}\n`);
      for (const name of workspace.sortedNames) {
        lines.push(this.#freeze(workspace.variables.get(name)!));
      }
    }
    this.listing = lines.join("");
  }

  /** How many variables there are: they have the numbers from 0 on, in the order of the listing. */
  get variableCount(): number {
    return this.#variables.length;
  }

  /** The first index from `from` on at which a variable has a value; -1 when there is none. */
  next(number: number, from: number): number {
    const { values, from: least } = this.#variables[number]!;
    return values.next(Math.max(from, least));
  }

  /** The value that the last call of `next` found; valid until the next call. */
  read(number: number, index: number): ValueView {
    const { variable, values } = this.#variables[number]!;
    this.#view.variableId = variable.id;
    values.read(index, this.#view);
    return this.#view;
  }

  /** Whether the file belongs to a value of this snapshot: then it is dropped later, by whoever calls `release`. */
  postpones(file: FileValue): boolean {
    const isHeld = this.#files.has(file);
    if (isHeld) {
      this.#dropped.push(file);
    }
    return isHeld;
  }

  /** Nobody reads it any more. Returns the files that can go now. */
  release(): readonly FileValue[] {
    for (const { variable } of this.#variables) {
      variable.table.unfreeze();
    }
    return this.#dropped;
  }

  /** Returns the variable's line. */
  #freeze(variable: Variable): string {
    const { name, mode, isGuarded, limits, order, table } = variable;
    const from = mode === "single" ? order!.next - 1 : 0;
    const values = table.freeze();
    this.#variables.push({ variable, values, from });
    for (const file of table.files()) {
      this.#files.add(file);
    }
    const count = from <= 0 ? values.count : Number(table.has(from));
    const guarded = isGuarded ? "True" : "False";
    return `variable\t${name}\t${mode ?? "unknown"}\t${guarded}\t${count}${listLimits(limits)}\n`;
  }
}
