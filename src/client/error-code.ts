import type { FailureName } from "../wire/failure-codes.ts";

/** What only a client can run into; everything else comes from the server and keeps its name on the wire. */
type ClientCode =
  | "aborted"
  | "closed"
  | "connect_failed"
  | "connection_lost"
  | "deserialization_failed"
  | "serialization_failed"
  | "server_too_old"
  | "stream_failed";

/** The `code` of every error of this client: for programs to compare with. docs/errors.md says what each one means. */
export const ErrorCode = {
  no_such_workspace: "no_such_workspace",
  workspace_not_open: "workspace_not_open",
  workspace_not_deletable: "workspace_not_deletable",
  no_such_variable: "no_such_variable",
  variable_deleted: "variable_deleted",
  mode_conflict: "mode_conflict",
  bad_mode: "bad_mode",
  bad_name: "bad_name",
  bad_template: "bad_template",
  iterator_ended: "iterator_ended",
  not_iterable: "not_iterable",
  lease_lost: "lease_lost",
  cancelled: "cancelled",
  timed_out: "timed_out",
  value_too_large: "value_too_large",
  name_too_long: "name_too_long",
  too_many_arguments: "too_many_arguments",
  too_many_connections: "too_many_connections",
  too_many_waiting: "too_many_waiting",
  too_many_numbers: "too_many_numbers",
  memory_full: "memory_full",
  disk_full: "disk_full",
  bad_arguments: "bad_arguments",
  unknown_verb: "unknown_verb",
  not_permitted: "not_permitted",
  shutting_down: "shutting_down",
  internal: "internal",
  session_lost: "session_lost",
  storage_failed: "storage_failed",
  not_authenticated: "not_authenticated",
  variable_full: "variable_full",
  too_many_workspaces: "too_many_workspaces",
  too_many_variables: "too_many_variables",
  quota_exceeded: "quota_exceeded",
  aborted: "aborted",
  closed: "closed",
  connect_failed: "connect_failed",
  connection_lost: "connection_lost",
  deserialization_failed: "deserialization_failed",
  serialization_failed: "serialization_failed",
  server_too_old: "server_too_old",
  stream_failed: "stream_failed",
} as const satisfies { readonly [Name in FailureName | ClientCode]: Name };

export type ErrorCode = keyof typeof ErrorCode;
