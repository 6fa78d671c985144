/**
 * The client: workspaces on a server, and the variables in them.
 *
 * @module networkspaces
 */
export type { Durability } from "./durability.ts";
export { ErrorCode } from "./error-code.ts";
export {
  AbortedError,
  ArgumentError,
  ClosedError,
  ConnectError,
  ConnectionLostError,
  DeclarationError,
  DeserializationError,
  LeaseLostError,
  LimitError,
  NoSuchVariableError,
  NoSuchWorkspaceError,
  NwsError,
  OperationError,
  PermissionError,
  SerializationError,
  TimeoutError,
  VariableDeletedError,
  VariableFullError,
} from "./errors.ts";
export type { Listener, ServerEvent, ServerEvents } from "./events.ts";
export type { FetchFileOptions, FileSource, FileTarget, StoreFileOptions } from "./file-workspace.ts";
export type { Lease } from "./lease.ts";
export type { VariableListing, WorkspaceListing } from "./listing.ts";
export type { DeclareOptions, StoreOptions, WhenFull } from "./limits.ts";
export { Mode } from "./mode.ts";
export { NetWorkSpace, NwsServer, type ServerOptions, type WorkspaceOptions } from "./net-work-space.ts";
export type { Position, SessionIdentity } from "./outcomes.ts";
export type { ReconnectOptions } from "./reconnect.ts";
export type { ServerInfo } from "./server-base.ts";
export type { WaitOptions } from "./session.ts";
export type { TracingApi, TracingSpan, TracingTracer } from "./tracing.ts";
export type { TlsOptions } from "./tls-options.ts";
export type { VariableIterator } from "./variable-iterator.ts";
export type { Variable } from "./variable.ts";
export type { IterationOptions, LeaseOptions, ManyOptions, OpenOptions } from "./workspace-base.ts";
