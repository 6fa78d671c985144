/** The client without Node: what a door for another platform builds on. It brings a `Dialer` of its own. */
export type { Durability } from "./durability.ts";
export { ErrorCode } from "./error-code.ts";
export * from "./errors.ts";
export type { Listener, ServerEvent, ServerEvents } from "./events.ts";
export type { Lease } from "./lease.ts";
export type { VariableListing, WorkspaceListing } from "./listing.ts";
export { Mode } from "./mode.ts";
export type { Position, SessionIdentity } from "./outcomes.ts";
export type { ReconnectOptions } from "./reconnect.ts";
export { ServerBase, type ServerInfo } from "./server-base.ts";
export { Session, type SessionOptions, type WaitOptions } from "./session.ts";
export type { TracingApi, TracingSpan, TracingTracer } from "./tracing.ts";
export type { Dialer, Timer, Transport, TransportEvents } from "./transport.ts";
export type { VariableIterator } from "./variable-iterator.ts";
export type { Variable } from "./variable.ts";
export {
  type IterationOptions,
  type LeaseOptions,
  type ManyOptions,
  type OpenOptions,
  WorkspaceBase,
} from "./workspace-base.ts";
