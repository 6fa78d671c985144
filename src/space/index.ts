/** The state machine: everything that a server knows. */
export type { FailureCode } from "./failure.ts";
export {
  type BookingKind,
  type Changes,
  durabilities,
  type Durability,
  type Holder,
  type Journal,
  type JournalRefusal,
} from "./journal.ts";
export type { KeptState, KeptVariable, KeptWorkspace } from "./kept-state.ts";
export { PLAIN_STORE, type StoreOptions } from "./intake.ts";
export { type Mode, modes } from "./order.ts";
export type { FileValue, Receiver, ValueView } from "./receiver.ts";
export { Restoration, RestoreError, type SurvivingSession } from "./restoration.ts";
export type { Possessions, Session, SessionOptions } from "./session.ts";
export { type LimitOptions, type NewValue, Space, type SpaceOptions } from "./space.ts";
export type { SpaceLimits } from "./space-limits.ts";
export { type VariableLimits, type WhenFull, whenFullChoices } from "./variable-limits.ts";
export type { SessionView, VariableView, WaitersView, WaiterView, WorkspaceView } from "./views.ts";
export { PAGE_INDICES } from "./value-table.ts";
export { NOWHERE, type Timed, TimeHeap } from "./time-heap.ts";
export type { ReadOptions } from "./waiters.ts";
export type { OpenOptions } from "./workspace-table.ts";
