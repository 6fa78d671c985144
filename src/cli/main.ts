import { CommanderError } from "commander";
import { CheckStatus } from "./check/status.ts";
import { CommandFailure, ExitCode } from "./exit-code.ts";
import { OutputClosed, watchOutput } from "./output.ts";
import { createProgram } from "./program.ts";
import { exitCodeOf, oneLine, sentenceOf } from "./report.ts";

const environmentNames = ["NWS_HOST", "NWS_SERVER_PORT", "NWS_CONFIG"];

/** Monitoring takes 2 for a server that is in trouble, and a wrong command line says nothing of a server. */
function usageCode([command]: readonly string[]): number {
  return command === "check" ? CheckStatus.unknown : ExitCode.usage;
}

/** Runs one command line (without `node` and the script's name); resolves with the exit code, never rejects. */
export async function main(args: readonly string[]): Promise<number> {
  // A command that waits for a value would not notice that its reader is gone: it ends here. What it holds goes back.
  watchOutput(() => process.exit(ExitCode.done));
  for (const name of environmentNames) {
    if (process.env[name] === "") {
      // Empty is unset, as it is for the client and the server; commander would take it for a value.
      Reflect.deleteProperty(process.env, name);
    }
  }
  try {
    await createProgram().parseAsync(args, { from: "user" });
    return process.exitCode === undefined ? ExitCode.done : Number(process.exitCode);
  } catch (error) {
    if (error instanceof OutputClosed) {
      return ExitCode.done;
    }
    if (error instanceof CommanderError) {
      // Commander has said it already; what it calls 0 is help or the version.
      return error.exitCode === 0 ? ExitCode.done : usageCode(args);
    }
    const others = error instanceof CommandFailure ? error.others : [];
    for (const sentence of [sentenceOf(error), ...others.map(oneLine)]) {
      process.stderr.write(`nws: ${sentence}\n`);
    }
    if (args.includes("--debug") && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ""}\n`);
    }
    return exitCodeOf(error);
  }
}
