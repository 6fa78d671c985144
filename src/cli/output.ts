import { CommandFailure, ExitCode } from "./exit-code.ts";

/**
 * Thrown by `write` when nobody reads our output any more (`nws watch … | head -1`). It ends the command quietly: having seen
 * enough is no failure. What was fetched and not written goes back to its variable.
 */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

let failure: Error | undefined;

/** To be called once, before anything is written: without a listener, a closed pipe would end the program with a stack trace. */
export function watchOutput(onClosed: () => void): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    failure = outputError(error);
    if (failure instanceof OutputClosed) {
      onClosed();
    }
  });
  process.stderr.on("error", () => undefined);
}

/** Writes to standard output; resolves when the system has taken it all. */
export function write(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (failure !== undefined) {
      reject(failure);
      return;
    }
    process.stdout.write(data, (error) => {
      if (error) {
        reject(outputError(error));
      } else {
        resolve();
      }
    });
  });
}

export function writeLine(line: string): Promise<void> {
  return write(`${line}\n`);
}

function outputError(error: NodeJS.ErrnoException): Error {
  return error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED"
    ? new OutputClosed("standard output was closed", { cause: error })
    : new CommandFailure(ExitCode.failed, `cannot write to standard output: ${error.message}`, { cause: error });
}
