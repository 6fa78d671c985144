import { DoorError } from "../server/door.ts";
import { LoginRefused } from "../server/access/login.ts";
import { TooManyAttempts } from "../server/access/token-check.ts";
import type { Problem } from "./api.ts";

/** A request that is answered with a status and a problem. */
export class WebError extends Error {
  override readonly name = "WebError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function notFound(what: string): WebError {
  return new WebError(404, "not_found", `${what} is not there (any more)`);
}

/** The status for what the space refuses; 409 for all that is not in here. */
const statuses: Readonly<Record<string, number>> = {
  no_such_workspace: 404,
  no_such_variable: 404,
  not_permitted: 403,
  bad_name: 400,
  bad_mode: 400,
  bad_arguments: 400,
  value_too_large: 413,
  memory_full: 507,
  disk_full: 507,
};

/** How a failure is answered; `undefined` for one that nobody expected. */
export function problemOf(error: unknown): { readonly status: number; readonly body: Problem } | undefined {
  if (error instanceof WebError) {
    return { status: error.status, body: { code: error.code, message: error.message } };
  }
  if (error instanceof DoorError) {
    return { status: statuses[error.code] ?? 409, body: { code: error.code, message: error.message } };
  }
  if (error instanceof LoginRefused) {
    return { status: 401, body: { code: "not_authenticated", message: error.message } };
  }
  if (error instanceof TooManyAttempts) {
    return { status: 429, body: { code: "too_many_attempts", message: error.message } };
  }
  return undefined;
}
