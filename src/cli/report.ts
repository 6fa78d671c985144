import { CommandFailure, ExitCode } from "./exit-code.ts";

/** Codes of the client's errors that are not simply a failure of the operation. The names are those of docs/errors.md. */
const exitCodes: Readonly<Record<string, ExitCode>> = {
  timed_out: ExitCode.timedOut,
  connect_failed: ExitCode.unreachable,
  not_authenticated: ExitCode.notPermitted,
  not_permitted: ExitCode.notPermitted,
  connection_lost: ExitCode.unreachable,
  server_too_old: ExitCode.unreachable,
  shutting_down: ExitCode.unreachable,
  bad_name: ExitCode.usage,
  bad_template: ExitCode.usage,
};

/**
 * The exit code for what ended a command. Errors are told apart by their `code`, not by their class: the client is loaded only
 * by the commands that need it.
 */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandFailure) {
    return error.exitCode;
  }
  return exitCodes[codeOf(error)] ?? ExitCode.failed;
}

/** What happened, in one line. Of an error of the client, the reason says it: which operation it was, the user knows. */
export function sentenceOf(error: unknown): string {
  const sentence = reasonOf(error) ?? (error instanceof Error ? error.message || error.name : String(error));
  return oneLine(codeOf(error) === "deserialization_failed" ? `${sentence} (--raw writes its bytes)` : sentence);
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

function reasonOf(error: unknown): string | undefined {
  const reason = error instanceof Error && "reason" in error ? error.reason : undefined;
  return typeof reason === "string" && reason !== "" ? reason : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
