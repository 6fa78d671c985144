/** Why the space refused a request or ended a wait. The names are the same on the wire and in the client. */
export type FailureCode =
  | "no_such_workspace"
  | "workspace_not_open"
  | "workspace_not_deletable"
  | "no_such_variable"
  | "variable_deleted"
  | "mode_conflict"
  | "bad_mode"
  | "bad_name"
  | "bad_template"
  | "iterator_ended"
  | "not_iterable"
  | "lease_lost"
  | "cancelled"
  | "timed_out"
  | "not_permitted"
  | "too_many_waiting"
  | "memory_full";
