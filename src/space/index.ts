/** The state machine: everything that a server knows. */
export type { FailureCode } from "./failure.ts";
export { type Mode, modes } from "./order.ts";
export type { FileValue, Receiver, ValueView } from "./receiver.ts";
export type { Session, SessionOptions } from "./session.ts";
export { type NewValue, type OpenOptions, Space, type SpaceOptions } from "./space.ts";
export type { SessionView, VariableView, WaitersView, WaiterView, WorkspaceView } from "./views.ts";
export type { ReadOptions } from "./waiters.ts";
