import type { ErrorCode } from "./error-code.ts";

/** What was being done when an error came up. Each part is there when it is known. */
export interface Where {
  /** The method's name, as `fetch`. */
  readonly operation?: string | undefined;
  readonly workspace?: string | undefined;
  readonly variable?: string | undefined;
}

export interface NwsErrorOptions extends ErrorOptions, Where {
  /** The sentence that the server (or the system) gave. */
  readonly reason?: string | undefined;
}

/** The root of every error that this client throws. Which subclass it is says what the caller can do about it. */
export class NwsError extends Error {
  override readonly name: string = "NwsError";
  readonly code: ErrorCode;
  readonly operation: string | undefined;
  readonly workspace: string | undefined;
  readonly variable: string | undefined;
  readonly reason: string | undefined;

  constructor(code: ErrorCode, message: string, options: NwsErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.operation = options.operation;
    this.workspace = options.workspace;
    this.variable = options.variable;
    this.reason = options.reason;
  }
}

/** No session came about: nobody listens there, the name is not known, or the server is too old for this client. */
export class ConnectError extends NwsError {
  override readonly name: string = "ConnectError";
}

/**
 * There was a session, and its connection broke and did not come back in time: it is not known whether an operation that was under way took effect.
 * What the session owned, waited for and had not confirmed is given up.
 */
export class ConnectionLostError extends NwsError {
  override readonly name: string = "ConnectionLostError";
}

/** The workspace or its server was closed, by this program, before the operation ended or began. */
export class ClosedError extends NwsError {
  override readonly name: string = "ClosedError";
}

/** The server refused the operation; nothing changed. Its subclasses are the reasons that programs look for. */
export class OperationError extends NwsError {
  override readonly name: string = "OperationError";
}

/** An argument that can never work: a bad name, template, mode, port, timeout. Found before anything is sent where possible. */
export class ArgumentError extends OperationError {
  override readonly name: string = "ArgumentError";
}

/** The workspace does not exist, or not any more: it was deleted, or its owner went. */
export class NoSuchWorkspaceError extends OperationError {
  override readonly name: string = "NoSuchWorkspaceError";
}

/** `deleteVar` of a variable that does not exist. */
export class NoSuchVariableError extends OperationError {
  override readonly name: string = "NoSuchVariableError";
}

/** The variable has another mode, or the mode is none. */
export class DeclarationError extends OperationError {
  override readonly name: string = "DeclarationError";
}

/** The variable was deleted while the operation waited for a value of it. */
export class VariableDeletedError extends OperationError {
  override readonly name: string = "VariableDeletedError";
}

/** The variable holds as much as it may, and its declaration says that a store then fails. Nothing was stored. */
export class VariableFullError extends OperationError {
  override readonly name: string = "VariableFullError";
}

/** The lease is not there any more: acknowledged or released before, its time was over, or its variable or workspace was deleted. */
export class LeaseLostError extends OperationError {
  override readonly name: string = "LeaseLostError";
}

/** The value cannot travel. Nothing was sent. `path` leads to the part of it that cannot, as `$.jobs[3].run`. */
export class SerializationError extends NwsError {
  override readonly name: string = "SerializationError";
  readonly path: string | undefined;

  constructor(message: string, options: NwsErrorOptions & { readonly path?: string | undefined } = {}) {
    super("serialization_failed", message, options);
    this.path = options.path;
  }
}

/** The value came, but its bytes say nothing to this client; they are here for who knows better. */
export class DeserializationError extends NwsError {
  override readonly name: string = "DeserializationError";
  /** The value as it came (a copy: yours to keep). */
  readonly bytes: Uint8Array;
  /** The number that travelled with it. */
  readonly descriptor: number;
  /** The language that made it, as `Python`. */
  readonly language: string;

  constructor(
    message: string,
    options: NwsErrorOptions & { readonly bytes: Uint8Array; readonly descriptor: number; readonly language: string },
  ) {
    super("deserialization_failed", message, options);
    this.bytes = options.bytes;
    this.descriptor = options.descriptor;
    this.language = options.language;
  }
}

/** The `timeout` passed and no value had come: the server says so, none was taken. */
export class TimeoutError extends NwsError {
  override readonly name: string = "TimeoutError";
}

/** The `signal` was aborted; its reason is the `cause`. A value that was on its way goes back. */
export class AbortedError extends NwsError {
  override readonly name: string = "AbortedError";
}

/** The server does not allow this to this session. */
export class PermissionError extends NwsError {
  override readonly name: string = "PermissionError";
}

/** A limit of the server, or of this client, was reached; the code says which. */
export class LimitError extends NwsError {
  override readonly name: string = "LimitError";
}
