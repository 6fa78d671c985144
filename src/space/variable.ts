import type { Expiries } from "./expiries.ts";
import type { Holder } from "./journal.ts";
import { createOrder, type Mode, type Order } from "./order.ts";
import type { ValueView } from "./receiver.ts";
import { type MutableView, NO_VALUE } from "./slab.ts";
import { VALUE_OVERHEAD_BYTES, ValueTable } from "./value-table.ts";
import type { VariableLimits } from "./variable-limits.ts";
import { type Reader, type ReadOptions, type Storer, WaiterList } from "./waiters.ts";
import type { Workspace } from "./workspace.ts";

const NOBODY: ReadonlyMap<number, Holder> = new Map();

/**
 * One variable: its values, the order in which they come out, and who waits for one.
 *
 * A value is *free* (the order has it) or *booked* by a session (the table alone has it) until it is confirmed and gone.
 * While a read waits here, there is no free value that it could have: a fetcher waits only when none is free, a finder
 * only when none is free beyond its position. While a store waits here, there is no room for the first one that does.
 */
export class Variable {
  readonly id: number;
  readonly name: string;
  readonly workspace: Workspace;
  /** Fixed by the first `declare` or, failing that, by the first `store`; `undefined` shows as `unknown`. */
  mode: Mode | undefined;
  /** Only the owner of the workspace may store into it, declare or delete it. */
  isGuarded = false;
  /** Values stored, and given to a fetch, since it is there. */
  storedCount = 0;
  fetchedCount = 0;
  readonly finders = new WaiterList<Reader>();
  readonly fetchers = new WaiterList<Reader>();
  readonly storers = new WaiterList<Storer>();
  /** How much it may hold, and for how long; `undefined`: nothing was ever said of it. */
  limits: VariableLimits | undefined;
  /** When its values expire, if any of them does. */
  expiries: Expiries | undefined;
  /** What was stored with values, by their index; `undefined`: nothing was with any that are there. */
  metadata: Map<number, string> | undefined;
  /** Stores that wait, maybe elsewhere, and are to acknowledge a lease on a value of this variable. */
  completions: Set<Storer> | undefined;
  readonly table = new ValueTable();
  /** Whether there is a value, free or booked, at an index. */
  readonly hasIndex = (index: number): boolean => this.table.has(index);
  /** How often a value has come back because a session or the time of a lease ended, by index; only of those that have. */
  #returns: Map<number, number> | undefined;
  /** Who has booked which value; kept only where there is a journal. */
  #holders: Map<number, Holder> | undefined;
  #order: Order | undefined;
  #isRemoved = false;

  constructor(id: number, name: string, workspace: Workspace) {
    this.id = id;
    this.name = name;
    this.workspace = workspace;
  }

  get isDeleted(): boolean {
    return this.#isRemoved || this.workspace.isDeleted;
  }

  markDeleted(): void {
    this.#isRemoved = true;
  }

  /** Undefined while the mode is unknown: then there is no value. */
  get order(): Order | undefined {
    return this.#order;
  }

  get freeCount(): number {
    return this.#order === undefined ? 0 : this.#order.count;
  }

  get bookedCount(): number {
    // (While a space is restored there is no order yet, and nobody has booked anything.)
    return this.#order === undefined ? 0 : this.table.count - this.freeCount;
  }

  get memoryBytes(): number {
    return this.table.memoryBytes;
  }

  get fileBytes(): number {
    return this.table.fileBytes;
  }

  /** Bytes of its values, wherever they are: what counts toward its limit. */
  get valueBytes(): number {
    const { memoryBytes, fileBytes, count } = this.table;
    return memoryBytes + fileBytes - count * VALUE_OVERHEAD_BYTES;
  }

  get hasWaiters(): boolean {
    return this.finders.size > 0 || this.fetchers.size > 0 || this.storers.size > 0;
  }

  /** Whether a deletion has to visit it. */
  get isAttended(): boolean {
    return this.hasWaiters || this.table.fileCount > 0 || this.expiries !== undefined || this.completions !== undefined;
  }

  /** Precondition: the mode is unknown. */
  setMode(mode: Mode, seed: number): Order {
    this.mode = mode;
    this.#order = createOrder(mode, seed);
    return this.#order;
  }

  /** The first free value that a read may have, or -1; a `take` of the order then takes that very value. */
  visibleTo({ after, take }: ReadOptions): number {
    const order = this.#order;
    if (order === undefined) {
      return -1;
    }
    return after === undefined || take ? order.peek() : order.after(after.index);
  }

  freeAfter(index: number, most: number): number[] {
    return this.#order?.freeAfter(index, most) ?? [];
  }

  look(index: number): ValueView | undefined {
    if (this.#order?.isFree(index) !== true) {
      return undefined;
    }
    const view: MutableView = { ...NO_VALUE, variableId: this.id };
    this.table.read(index, view);
    view.metadata = this.metadata?.get(index);
    return view;
  }

  /** A value more. */
  countStored(): void {
    this.storedCount++;
    this.workspace.storedCount++;
    this.workspace.valueCount++;
  }

  /** A free value is booked. */
  countFetched(): void {
    this.fetchedCount++;
    this.workspace.fetchedCount++;
    this.workspace.bookedCount++;
  }

  returnsOf(index: number): number {
    return this.#returns?.get(index) ?? 0;
  }

  countReturns(indices: readonly number[]): void {
    this.#returns ??= new Map();
    for (const index of indices) {
      this.#returns.set(index, this.returnsOf(index) + 1);
    }
  }

  setReturns(index: number, count: number): void {
    (this.#returns ??= new Map()).set(index, count);
  }

  /** Who has booked the value, as far as that is kept. */
  holderOf(index: number): Holder | undefined {
    return this.#holders?.get(index);
  }

  get holders(): ReadonlyMap<number, Holder> {
    return this.#holders ?? NOBODY;
  }

  setHolder(index: number, holder: Holder): void {
    (this.#holders ??= new Map()).set(index, holder);
  }

  forgetHolder(index: number): void {
    this.#holders?.delete(index);
  }

  /** Nobody asks for holders any more. */
  forgetHolders(): void {
    this.#holders = undefined;
  }

  /** The value at the index is gone. */
  forget(index: number): void {
    this.#returns?.delete(index);
    this.#holders?.delete(index);
  }
}
