import { Expiries } from "./expiries.ts";
import type { Holdings } from "./holdings.ts";
import type { Variable } from "./variable.ts";
import { IdleEnd } from "./workspace.ts";
import type { WorkspaceTable } from "./workspace-table.ts";

/** So many values at most go at once, for others want to be served: then it goes on the next time. */
const MOST_AT_ONCE = 10_000;
const MOST_IN_PASSING = 1000;

/** What becomes of things when their time is over: values go, and workspaces that nobody has open. */
export class Expiration {
  readonly #holdings: Holdings;
  readonly #workspaces: WorkspaceTable;

  constructor(holdings: Holdings, workspaces: WorkspaceTable) {
    this.#holdings = holdings;
    this.#workspaces = workspaces;
  }

  run(now: number): void {
    const { agenda } = this.#holdings;
    let left = MOST_AT_ONCE;
    for (let due = agenda.firstDue(now); due !== undefined && left > 0; due = agenda.firstDue(now)) {
      if (due instanceof Expiries) {
        left -= 1 + this.#expire(due, now, left);
      } else if (due instanceof IdleEnd) {
        left--;
        agenda.remove(due);
        this.#workspaces.expire(due.workspace);
      }
    }
    agenda.tellAgain();
  }

  /** Somebody asks about the variable: what is over must not be seen, whether or not its turn has come. */
  pass({ expiries }: Variable): void {
    const now = this.#holdings.agenda.now();
    if (expiries !== undefined && expiries.at <= now) {
      this.#expire(expiries, now, MOST_IN_PASSING);
    }
  }

  /** Returns how many values were due. */
  #expire(expiries: Expiries, now: number, most: number): number {
    const { variable } = expiries;
    const due = expiries.takeDue(now, most);
    for (const index of due) {
      if (variable.order!.remove(index)) {
        this.#holdings.remove(variable, index);
      } else {
        expiries.hold(index);
      }
    }
    if (expiries.at === Infinity) {
      this.#holdings.agenda.remove(expiries);
    } else if (expiries.count > 0) {
      this.#holdings.agenda.put(expiries);
    }
    return due.length;
  }
}
