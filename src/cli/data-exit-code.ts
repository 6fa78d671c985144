import type { LogErrorCode } from "../host/index.ts";
import { ExitCode } from "./exit-code.ts";

const exitCodes: Readonly<Record<LogErrorCode, ExitCode>> = {
  corrupt: ExitCode.dataDamaged,
  locked: ExitCode.dataUnusable,
  version: ExitCode.dataUnusable,
  folder: ExitCode.dataUnusable,
  full: ExitCode.dataUnusable,
  failed: ExitCode.dataUnusable,
  closed: ExitCode.failed,
};

/** The exit code for an error of a data folder; `undefined` for any other error. (Told apart by its shape: the server may not be loaded.) */
export function dataExitCode(error: unknown): ExitCode | undefined {
  if (error instanceof Error && error.name.startsWith("Log") && "code" in error) {
    return exitCodes[error.code as LogErrorCode];
  }
  return undefined;
}
