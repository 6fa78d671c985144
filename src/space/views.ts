import type { Durability } from "./journal.ts";
import type { Mode } from "./order.ts";
import type { ValueView } from "./receiver.ts";
import type { VariableLimits } from "./variable-limits.ts";

/*
 * What a space shows of itself to whoever only looks: the machine's own objects, seen through interfaces that change nothing. What they
 * say holds until the next request; nothing of it is to be kept.
 */

export interface WorkspaceView {
  readonly name: string;
  /** `__default`. */
  readonly isSystem: boolean;
  readonly isPersistent: boolean;
  /** How safe its changes must be, if that was said. */
  readonly durability: Durability | undefined;
  /** How long nobody may have it open before it is deleted; Infinity: it stays. */
  readonly idleTimeoutMs: number;
  readonly isDeleted: boolean;
  readonly owner: SessionView | undefined;
  readonly ownerLabel: string;
  readonly variables: ReadonlyMap<string, VariableView>;
  /** In byte order. */
  readonly sortedNames: readonly string[];
  readonly memoryBytes: number;
  readonly fileBytes: number;
  /** Values, free and booked ones, and of these the booked ones. */
  readonly valueCount: number;
  readonly bookedCount: number;
  /** Requests that wait. */
  readonly waitingCount: number;
  /** Since the workspace was made: values stored, values given to a fetch. */
  readonly storedCount: number;
  readonly fetchedCount: number;
}

export interface VariableView {
  readonly id: number;
  readonly name: string;
  readonly workspace: WorkspaceView;
  /** Undefined: unknown. */
  readonly mode: Mode | undefined;
  readonly isGuarded: boolean;
  readonly isDeleted: boolean;
  readonly freeCount: number;
  readonly bookedCount: number;
  readonly memoryBytes: number;
  readonly fileBytes: number;
  readonly storedCount: number;
  readonly fetchedCount: number;
  /** Those who wait, in the order in which they began to. */
  readonly fetchers: WaitersView;
  readonly finders: WaitersView;
  readonly storers: WaitersView;
  /** Undefined: nothing was ever said of it. */
  readonly limits: VariableLimits | undefined;
  /** Indices of free values that are greater than `index`, lowest first, at most so many. */
  freeAfter(index: number, most: number): number[];
  /** The free value with this index: valid until the next request. */
  look(index: number): ValueView | undefined;
}

export interface WaitersView extends Iterable<WaiterView> {
  readonly size: number;
  readonly first: WaiterView | undefined;
}

export interface WaiterView {
  readonly session: SessionView;
  readonly request: number;
  readonly variable: VariableView;
  /** Undefined: it is a store. */
  readonly how?: { readonly take: boolean; readonly iterate: boolean } | undefined;
  /** When it began to wait, by the clock of `SpaceOptions.now`. */
  readonly since: number;
}

export interface SessionView {
  readonly peer: string;
  readonly waits: ReadonlyMap<number, WaiterView>;
  readonly owned: ReadonlySet<WorkspaceView>;
  readonly bookedCount: number;
  /** All that is booked, on lease or not. */
  booked(): Iterable<{ readonly variable: VariableView; readonly index: number }>;
}
