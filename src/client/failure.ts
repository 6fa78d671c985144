import type { FailureName } from "../wire/failure-codes.ts";
import type { NwsErrorOptions, Where } from "./errors.ts";
import {
  AbortedError,
  ArgumentError,
  ConnectError,
  ConnectionLostError,
  DeclarationError,
  LeaseLostError,
  LimitError,
  NoSuchVariableError,
  NoSuchWorkspaceError,
  type NwsError,
  OperationError,
  PermissionError,
  TimeoutError,
  VariableDeletedError,
  VariableFullError,
} from "./errors.ts";
import type { ConnectionEnd } from "./line.ts";
import type { ErrorCode } from "./error-code.ts";
import { TlsFailure } from "./tls-failure.ts";

type ErrorClass = new (code: ErrorCode, message: string, options?: NwsErrorOptions) => NwsError;

/** Which class a refusal of the server becomes. */
export const classOfFailure: Readonly<Record<FailureName, ErrorClass>> = {
  no_such_workspace: NoSuchWorkspaceError,
  workspace_not_open: NoSuchWorkspaceError,
  workspace_not_deletable: OperationError,
  no_such_variable: NoSuchVariableError,
  variable_deleted: VariableDeletedError,
  mode_conflict: DeclarationError,
  bad_mode: DeclarationError,
  bad_name: ArgumentError,
  bad_template: ArgumentError,
  iterator_ended: VariableDeletedError,
  not_iterable: OperationError,
  lease_lost: LeaseLostError,
  cancelled: OperationError,
  timed_out: TimeoutError,
  value_too_large: LimitError,
  name_too_long: LimitError,
  too_many_arguments: LimitError,
  too_many_connections: LimitError,
  too_many_waiting: LimitError,
  too_many_numbers: LimitError,
  memory_full: LimitError,
  disk_full: LimitError,
  bad_arguments: ArgumentError,
  unknown_verb: OperationError,
  not_permitted: PermissionError,
  shutting_down: ConnectionLostError,
  internal: OperationError,
  session_lost: ConnectionLostError,
  storage_failed: OperationError,
  not_authenticated: PermissionError,
  variable_full: VariableFullError,
  too_many_workspaces: LimitError,
  too_many_variables: LimitError,
  quota_exceeded: LimitError,
};

/** "fetch of 'x' in workspace 'table'": how every message names what went wrong. */
export function subject(where: Where): string {
  const variable = where.variable === undefined ? "" : ` of '${where.variable}'`;
  const workspace = where.workspace === undefined ? "" : ` in workspace '${where.workspace}'`;
  return `${where.operation ?? "operation"}${variable}${workspace}`;
}

/** The error for a refusal of the server; `name` is undefined for one that only a newer server knows. */
export function refusal(name: FailureName | undefined, reason: string, where: Where): NwsError {
  const code = name ?? "internal";
  return new classOfFailure[code](code, `${subject(where)} failed: ${reason === "" ? code : reason}`, {
    ...where,
    reason: reason === "" ? code : reason,
  });
}

/** The same failure for another operation: each caller gets an error of its own, about what it asked for. */
export function again(failure: NwsError, where: Where): NwsError {
  const reason = failure.reason ?? failure.message;
  const sameClass = failure.constructor as ErrorClass;
  return new sameClass(failure.code, `${subject(where)} failed: ${reason}`, {
    ...where,
    reason,
    cause: failure.cause ?? failure,
  });
}

/** The error for a caller whose signal was aborted. */
export function aborted(signal: AbortSignal, where: Where): NwsError {
  return new AbortedError("aborted", `${subject(where)} was aborted`, {
    ...where,
    reason: "aborted",
    cause: signal.reason,
  });
}

/** Why nothing goes any more on a connection that ended. */
export function endOf(end: ConnectionEnd, address: string): NwsError {
  const { code, cause } = end;
  if (code === "not_authenticated") {
    const reason = `cannot connect to ${address}: ${end.reason}`;
    return new ConnectError(code, reason, { reason, cause });
  }
  if (code !== "connect_failed" && code !== "server_too_old") {
    const what = code === "session_lost" ? "session with" : "connection to";
    const reason = `the ${what} ${address} was lost: ${end.reason}`;
    return new ConnectionLostError(code, reason, { reason, cause });
  }
  const advice =
    code === "server_too_old"
      ? "this client needs a server that offers the option Multiplex"
      : cause instanceof TlsFailure
        ? cause.advice
        : "is a server running there? (npx networkspaces server; elsewhere: NWS_HOST and NWS_SERVER_PORT; serverHost and serverPort in a program; --host and --port of nws)";
  const reason = `cannot connect to ${address}: ${end.reason}; ${advice}`;
  return new ConnectError(code, reason, { reason, cause });
}

/** Adds where the operation was called to an error's stack, if that is known. */
export function traced(error: NwsError, trace: Error | undefined): NwsError {
  const calls = trace?.stack?.split("\n").slice(1).join("\n");
  if (calls !== undefined) {
    error.stack = `${error.name}: ${error.message}\n${calls}`;
  }
  return error;
}

/** A promise that is rejected with what was thrown. */
export function rejection(thrown: unknown): Promise<never> {
  return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
}
